import type { EmailRequested, SuppressionReason } from '#libs/contracts';
import type { WebhookParts } from '#libs/delivery';
import type { ProviderDefinition, ProviderRequests } from '#libs/providers';
import type { AttachmentsService } from '../attachments/attachments.service.ts';
import type { EmailMessage } from '../email-message.ts';

/** What the email service offers to adapters and webhooks. */
export interface EmailServices {
  attachments: Pick<AttachmentsService, 'carry'>;
}

/** What a mail's provider options mean for suppressions. */
export interface MailConcerns {
  /** The scope of the provider's own list that the mail belongs to. */
  listScope?: string;
  /** The reasons of suppressions that the mail ignores. */
  past: readonly SuppressionReason[];
}

/** What upstream may request of this provider alone. */
export interface EmailProviderRequests extends ProviderRequests<EmailRequested> {
  concernsOf(request: EmailRequested): MailConcerns;
}

/** A provider of e-mail. */
export interface EmailProviderDefinition<Settings extends object = Record<string, unknown>> extends ProviderDefinition<
  EmailMessage,
  Settings,
  EmailServices,
  WebhookParts
> {
  readonly channel: 'email';
  /**
   * Who fetches the attachments that a request names by URL. `us`: within the call, so their time is part of the
   * call's.
   */
  readonly filesFetchedBy: 'us' | 'provider';
  readonly requests?: EmailProviderRequests;
}
