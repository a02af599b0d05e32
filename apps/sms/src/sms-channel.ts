import { type Provider, SmsRequested, templateOwner } from '#libs/contracts';
import { ChannelPort, type Likeness, type Rendered } from '#libs/delivery';
import type { Templates } from '#libs/templates';
import type { SmsMessage } from './sms-message.ts';

export interface StandardSenders {
  sms: string | undefined;
  whatsapp: string | undefined;
}

const noProvider = { field: 'template.name', rule: 'names a template of a provider that sends no SMS here' };

/** What makes the engine an engine for SMS, MMS and WhatsApp. */
export class SmsChannel extends ChannelPort<SmsRequested, SmsMessage> {
  readonly channel = 'sms';
  readonly schema = SmsRequested;
  readonly providers: readonly Provider<SmsMessage>[];
  private readonly senders: StandardSenders;
  private readonly templates: Templates;

  constructor(providers: readonly Provider<SmsMessage>[], senders: StandardSenders, templates: Templates) {
    super();
    this.providers = providers;
    this.senders = senders;
    this.templates = templates;
  }

  toMessage(request: SmsRequested): SmsMessage {
    const kind = request.kind ?? (request.mediaUrls ? 'mms' : 'sms');
    return { ...request, kind, from: request.from ?? (kind === 'whatsapp' ? this.senders.whatsapp : this.senders.sms) };
  }

  override render(message: SmsMessage, pinned: string | undefined): Rendered<SmsMessage> {
    const { template, ...bare } = message;
    if (!template) return { message };
    const owner = templateOwner(template.name);
    if (owner) {
      if (!this.providers.some(({ name }) => name === owner.provider)) return { message, mendable: true, faults: [noProvider] };
      return { message: { ...bare, boundTo: owner.provider, contentTemplate: { ...template, name: owner.id } } };
    }
    const rendering = this.templates.render('sms', template, pinned);
    if (!rendering.rendered) return { message, faults: rendering.faults, mendable: rendering.gone };
    return { message: { ...bare, body: rendering.content.body }, templateVersion: rendering.version };
  }

  override boundTo(message: SmsMessage): string | undefined {
    return message.boundTo;
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
