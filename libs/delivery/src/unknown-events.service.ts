import { topics } from '#libs/contracts';
import { countOne, type Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';

export interface UnknownEvent {
  provider: string;
  /** The provider's own word for it. */
  event: string;
  /** Of the webhook, as it came. */
  body: Buffer;
  key: string | null;
}

/** A word that could carry an address or text is not shown. */
const plainWord = /^[\w.-]{1,60}$/;

/** Verified webhooks that no table of ours knows: kept in `messaging.unreadable`, counted, logged once for each kind. */
export class UnknownEventsService {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly logger: Pick<Logger, 'warn'>;
  private readonly service: string;
  private readonly seen = new Set<string>();

  constructor(publisher: Pick<Publisher, 'publish'>, logger: Pick<Logger, 'warn'>, service: string) {
    this.publisher = publisher;
    this.logger = logger;
    this.service = service;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached: the provider shall deliver it again. */
  async keep({ provider, event, body, key }: UnknownEvent): Promise<void> {
    const shown = plainWord.test(event) ? event : '(unreadable)';
    await this.publisher.publish({
      topic: topics.unreadable,
      key,
      value: body,
      headers: {
        'x-origin-webhook': provider,
        'x-set-aside-by': this.service,
        'x-set-aside-at': new Date().toISOString(),
        'x-error-code': 'MSG_UNKNOWN_EVENT',
        'x-error-stage': 'webhook',
        'x-error': `${provider} told an event that is new to us: ${shown}`,
        'x-error-remedy': "Nothing is lost: teach the provider's receipts table this event if it matters.",
      },
    });
    countOne('messaging.webhook.unknown_events', { provider, event: shown });
    const kind = `${provider}/${shown}`;
    if (this.seen.has(kind) || this.seen.size > 1_000) return;
    this.seen.add(kind);
    this.logger.warn({ provider, event: shown }, 'a provider told an event that is new to us; it is kept in the unreadable topic, and not logged again');
  }
}
