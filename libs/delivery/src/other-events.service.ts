import { topics } from '#libs/contracts';
import { count, counters, type Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';

/** A verified webhook event that is about no message of ours: of a kind that is new to us, or about the account. */
export interface OtherEvent {
  provider: string;
  type: string;
  /** The provider's id of the event. */
  id: string;
  body: Buffer;
}

/** More kinds than any provider has: a name beyond them is counted, and no longer logged. */
const MOST_KINDS = 500;

/** Keeps such events for operators, counts them by kind, and logs each kind once. */
export class OtherEvents {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly logger: Logger;
  private readonly seen = new Set<string>();

  constructor(publisher: Pick<Publisher, 'publish'>, logger: Logger) {
    this.publisher = publisher;
    this.logger = logger;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached: the provider shall deliver it again. */
  async keep({ provider, type, id, body }: OtherEvent): Promise<void> {
    const kind = type.replace(/[^\w.-]/g, '?').slice(0, 64);
    await this.publisher.publish({
      topic: topics.unreadable,
      key: `${provider}/${id}`.slice(0, 400),
      value: body,
      headers: { 'x-origin': `webhook/${provider}`, 'x-event-type': kind, 'x-set-aside-at': new Date().toISOString(), 'x-error-code': 'MSG_OTHER_EVENT', 'x-error': 'an event about no message of ours' },
    });
    count(counters.otherWebhookEvents, { 'mi.provider': provider, 'mi.event': kind });
    const name = `${provider}/${kind}`;
    if (this.seen.has(name) || this.seen.size >= MOST_KINDS) return;
    this.seen.add(name);
    this.logger.info({ provider, type: kind }, 'a webhook about no message of ours was kept; further ones of its kind are only counted');
  }
}
