import { beyondLimit } from '#libs/providers';
import type { Failure } from '#libs/contracts';
import type { EmailMessage } from '../../../email-message.ts';
import { hasGroupTag } from '../../../unsubscribe/placeholder.policy.ts';
import { sendgridLimits } from './sendgrid.limits.ts';
import { sendgridOptionsOf } from './sendgrid.options.ts';

/** Why SendGrid can never send a message, whatever its state. */
export function unsupported(message: EmailMessage): Failure | undefined {
  if (sendgridOptionsOf(message)?.asm) return undefined;
  const fields = (['text', 'html'] as const).filter((field) => hasGroupTag(message[field]));
  const rule =
    'holds an unsubscribe tag of SendGrid’s (<%asm_…%>), which stays as it is without providerOptions.sendgrid.asm';
  return fields.length > 0
    ? beyondLimit(
        'sendgrid',
        fields.map((field) => ({ field, rule })),
      )
    : undefined;
}

/**
 * The failure of a request that is larger than SendGrid accepts, attachments in base64.
 * @param body as it would be written
 */
export function tooLarge(body: string): Failure | undefined {
  const bytes = Buffer.byteLength(body);
  const { most } = sendgridLimits.totalBytes;
  return bytes < most
    ? undefined
    : beyondLimit('sendgrid', [
        { field: 'attachments', rule: `must, with the rest of the mail and in base64, have less than ${most} bytes` },
      ]);
}
