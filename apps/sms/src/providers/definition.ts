import type { FieldError, SmsRequested } from '#libs/contracts';
import type { Publisher } from '#libs/transport';
import type { WebhookParts } from '#libs/delivery';
import type { ProviderDefinition } from '#libs/providers';
import type { MediaLimits } from '../content/media.policy.ts';
import type { Keywords } from '../reply/keywords.policy.ts';
import type { SmsMessage } from '../sms-message.ts';

/** What the sms service offers to adapters and webhooks. */
export interface SmsServices {
  /** The public URL of this service. */
  publicUrl: string;
  /** The keywords by which people opt out and in. */
  keywords: Keywords;
  publisher: Pick<Publisher, 'publish'>;
}

type ContentTemplate = NonNullable<SmsRequested['contentTemplate']>;

/** The approved templates at a provider. */
export interface ContentTemplateRules {
  /** Why the template cannot be used, field by field. */
  problemsOf(template: ContentTemplate): FieldError[];
}

/** A provider of texts. */
export interface SmsProviderDefinition<Settings extends object = Record<string, unknown>> extends ProviderDefinition<
  SmsMessage,
  Settings,
  SmsServices,
  WebhookParts
> {
  readonly channel: 'sms';
  readonly media: MediaLimits;
  /** What its ids of pools of senders look like: it picks the sender out of one itself. */
  readonly senderPools?: RegExp;
  /** Settings that may name a sender beside SMS_FROM and SMS_SENDERS. */
  readonly senderSettings: readonly string[];
  contentTemplates(settings: Settings): ContentTemplateRules;
  /** The provider's code for a free-form WhatsApp text outside the 24-hour window. */
  readonly outsideWindow?: string;
}
