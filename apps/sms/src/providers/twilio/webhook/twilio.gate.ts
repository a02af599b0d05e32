import type { Logger } from '#libs/telemetry';
import type { WebhookRequest } from '#libs/providers';
import { ForbiddenException } from '@nestjs/common';
import type { SmsServices } from '../../definition.ts';
import type { TwilioConfig } from '../account/twilio.config.ts';
import { type TwilioParams, TwilioSignature } from './twilio.signature.webhook.ts';

/** Verifies the webhook calls of this account. */
export const signatureOf = (
  { TWILIO_AUTH_TOKEN: token, TWILIO_AUTH_TOKEN_PREVIOUS: previous }: TwilioConfig,
  { publicUrl }: Pick<SmsServices, 'publicUrl'>,
): TwilioSignature => new TwilioSignature([token, previous ?? []].flat(), publicUrl);

/**
 * The parameters of a genuine webhook call.
 * @throws ForbiddenException for a forged one, which is logged without its content
 */
export function genuine(
  request: WebhookRequest,
  signature: Pick<TwilioSignature, 'read'>,
  logger: Pick<Logger, 'warn'>,
): TwilioParams {
  const given = request.header('x-twilio-signature');
  const params = signature.read({ path: request.path, signature: given, rawBody: request.rawBody });
  if (params) return params;
  logger.warn({ provider: 'twilio', signed: given !== undefined }, 'a webhook with a bad signature was refused');
  throw new ForbiddenException({
    code: 'MSG_BAD_SIGNATURE',
    message: 'the signature does not fit',
    remedy:
      'Compare TWILIO_AUTH_TOKEN (and TWILIO_AUTH_TOKEN_PREVIOUS) with the account’s, and PUBLIC_URL with the ' +
      'address Twilio calls.',
  });
}
