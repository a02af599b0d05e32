import type { Logger } from '#libs/telemetry';
import { ForbiddenException, NotFoundException } from '@nestjs/common';

/** The webhook of a provider that is not configured: nobody has a reason to call it. */
export const noSuchWebhook = (setting: string) =>
  new NotFoundException({
    code: 'MSG_ROUTE_NOT_FOUND',
    message: 'this provider is not in use here',
    remedy: `Set ${setting}, or point the webhook elsewhere.`,
  });

/** A request with a wrong signature: logged without its content. */
export function signatureRefused(
  logger: Pick<Logger, 'warn'>,
  seen: { provider: string; rawBody: Buffer; signature: string | undefined },
  remedy: string,
): ForbiddenException {
  const { provider, rawBody, signature } = seen;
  logger.warn(
    { provider, bytes: rawBody.length, signed: signature !== undefined },
    'a webhook with a bad signature was refused',
  );
  return new ForbiddenException({ code: 'MSG_BAD_SIGNATURE', message: 'the signature does not fit', remedy });
}
