import { BadRequestException, ForbiddenException, NotFoundException } from '@nestjs/common';

/** The webhook of a provider that is not configured: nobody has an address to call here. */
export const noSuchWebhook = (setting: string) =>
  new NotFoundException({ code: 'MSG_NO_SUCH_ROUTE', message: 'this provider is not in use here', remedy: `Set ${setting}, or point the webhook elsewhere.` });

export const signatureRefused = (remedy: string) => new ForbiddenException({ code: 'MSG_BAD_SIGNATURE', message: 'the signature does not fit', remedy });

export const unreadableWebhook = () => new BadRequestException({ code: 'MSG_BAD_WEBHOOK', message: 'the body is no event of this provider' });
