import { anEmailRequest, type WebhookDelivery } from '#libs/testing';
import type { EmailMessage } from '../../apps/email/src/email-message.ts';

/** Whom webhooks are about. */
export const PERSON = 'in.person@inbox.test';

export const emailRecipient = (number: number): string => `recipient-no-${number}@inbox.test`;

/** It passes what we can tell of an address, and no provider takes it. */
export const refusedEmail = 'not an address';

export const anEmail = (email: string, content: string): EmailMessage => ({
  ...anEmailRequest({ to: [{ email: emailRecipient(0) }], text: content }),
  to: [{ email }],
  from: { email: 'no-reply@messaging.test' },
});

export const textOf = ({ body }: WebhookDelivery): string => body.toString();
