import type { SmsProviderDefinition } from './definition.ts';
import { twilio } from './twilio/index.ts';

export type SmsCatalogue = readonly SmsProviderDefinition[];

/** The providers of texts, in the order of preference. */
export const smsCatalogue: SmsCatalogue = [twilio];
