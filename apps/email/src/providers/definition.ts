import type { WebhookParts } from '#libs/delivery';
import type { ProviderDefinition } from '#libs/providers';
import type { AttachmentsService } from '../attachments/attachments.service.ts';
import type { EmailMessage } from '../email-message.ts';

/** What the email service offers to adapters and webhooks. */
export interface EmailServices {
  attachments: Pick<AttachmentsService, 'carry'>;
}

/** A provider of e-mail. */
export interface EmailProviderDefinition<Settings extends object = Record<string, unknown>> extends ProviderDefinition<
  EmailMessage,
  Settings,
  EmailServices,
  WebhookParts
> {
  readonly channel: 'email';
  /** Who gets the attachments that a request names by URL. `us`: within the call, so its time is the call's. */
  readonly filesFetchedBy: 'us' | 'provider';
}
