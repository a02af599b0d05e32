import type { ProviderSimulator } from '../core/simulator.ts';
import { resend } from './resend/index.ts';
import { sendgrid } from './sendgrid/index.ts';
import { twilio } from './twilio/index.ts';

/** The simulated providers. */
export const simulatorCatalogue: readonly ProviderSimulator[] = [
  sendgrid as unknown as ProviderSimulator,
  resend as unknown as ProviderSimulator,
  twilio as unknown as ProviderSimulator,
];
