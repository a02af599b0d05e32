import type { Logger } from '#libs/telemetry';
import { ForbiddenException } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { TwilioParams, TwilioSignature } from '../webhook/twilio.signature.webhook.ts';

/** What a genuine webhook says. @throws ForbiddenException for a forged one, which is logged without its content */
export function genuine(
  request: RawBodyRequest<FastifyRequest>,
  signature: Pick<TwilioSignature, 'read'>,
  logger: Pick<Logger, 'warn'>,
): TwilioParams {
  const given = request.headers['x-twilio-signature'];
  const params = signature.read({
    path: request.originalUrl,
    signature: typeof given === 'string' ? given : undefined,
    rawBody: request.rawBody ?? Buffer.alloc(0),
  });
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
