import type { EmailProviderDefinition } from './definition.ts';
import { resend } from './resend/index.ts';
import { sendgrid } from './sendgrid/index.ts';

export type EmailCatalogue = readonly EmailProviderDefinition[];

/** The providers of e-mail, in the order of preference unless EMAIL_PROVIDERS is set. */
export const emailCatalogue: EmailCatalogue = [sendgrid, resend];
