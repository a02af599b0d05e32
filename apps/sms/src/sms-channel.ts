import { type Provider, SmsRequested } from '#libs/contracts';
import { ChannelPort, type Likeness } from '#libs/delivery';
import type { SmsMessage } from './sms-message.ts';

export interface StandardSenders {
  sms: string | undefined;
  whatsapp: string | undefined;
}

/** What makes the engine an engine for SMS, MMS and WhatsApp. */
export class SmsChannel extends ChannelPort<SmsRequested, SmsMessage> {
  readonly channel = 'sms';
  readonly schema = SmsRequested;
  readonly providers: readonly Provider<SmsMessage>[];
  private readonly senders: StandardSenders;

  constructor(providers: readonly Provider<SmsMessage>[], senders: StandardSenders) {
    super();
    this.providers = providers;
    this.senders = senders;
  }

  toMessage(request: SmsRequested): SmsMessage {
    const kind = request.kind ?? (request.mediaUrls ? 'mms' : 'sms');
    return { ...request, kind, from: request.from ?? (kind === 'whatsapp' ? this.senders.whatsapp : this.senders.sms) };
  }

  senderOf({ kind, from }: SmsMessage): string | undefined {
    return from && (kind === 'whatsapp' ? `whatsapp:${from}` : from);
  }

  override likenessOf({ kind, to, from, body, mediaUrls, contentTemplate }: SmsMessage): Likeness {
    return {
      party: [kind === 'whatsapp' ? kind : '', to, from ?? ''],
      wording: contentTemplate ? undefined : [body ?? '', String(mediaUrls?.length ?? 0)],
    };
  }

  addressesOf(request: SmsRequested): string[] {
    return [request.to];
  }
}
