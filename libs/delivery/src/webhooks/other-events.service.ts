import { cutText, RecordRefused, topics } from '#libs/contracts';
import { count, counters, type Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';

/**
 * A verified webhook event that does not become a fact: its type is unknown, it is about the account, or it lacks a
 * required field.
 */
export interface OtherEvent {
  provider: string;
  /** The provider's own name of its type; undefined where it has none. */
  type: string | undefined;
  /** The provider's id of the event, where it has one. */
  id: string | undefined;
  /** The event as it came. */
  body: Buffer;
  /** What is missing, in words; undefined: nothing, it is just not about a message of ours. */
  lacks?: string | undefined;
}

/** An event that may turn out to be unusable, and the work that shows it. */
export interface EventInHand {
  /** Created only when needed: most events are usable. */
  event: () => Omit<OtherEvent, 'lacks'>;
  /** Publishes the records of the event. */
  publish: () => Promise<unknown>;
}

/** An invalid field of an event that was used. */
export interface OddFields {
  provider: string;
  type: string;
  /** Paths, such as `data.tags`. */
  fields: readonly string[];
}

/** More shapes than any provider has: further ones are counted under a common name, and not logged. */
const MOST_SHAPES = 500;
const NO_TYPE = 'no-type';

const codes = {
  other: { 'x-error-code': 'MSG_OTHER_EVENT', 'x-error': 'an event about no message of ours' },
  unusable: { 'x-error-code': 'MSG_UNUSABLE_EVENT' },
};

/** Keeps such events for operators, counts them by type, and logs each shape once. Its memory is bounded. */
export class OtherEvents {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly logger: Logger;
  private readonly seen = new Set<string>();

  constructor(publisher: Pick<Publisher, 'publish'>, logger: Logger) {
    this.publisher = publisher;
    this.logger = logger;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached, so that the provider repeats the webhook. */
  async keep({ provider, type, id, body, lacks }: OtherEvent): Promise<void> {
    const kind = nameOf(type);
    await this.quarantined(
      { provider, type, id, body },
      lacks === undefined ? codes.other : { ...codes.unusable, 'x-error': `it lacks ${lacks}` },
    );
    const known = this.see(`${provider}/${kind}/${lacks ?? ''}`);
    count(lacks === undefined ? counters.otherWebhookEvents : counters.unusableWebhookEvents, {
      'mi.provider': provider,
      'mi.event': known === 'beyond' ? 'beyond' : kind,
    });
    if (known !== 'new') return;
    if (lacks === undefined)
      this.logger.info(
        { provider, type: kind },
        'a webhook about no message of ours was kept; further ones of its kind are only counted',
      );
    else
      this.logger.warn(
        { provider, type: kind, lacks },
        'a webhook that lacks what is needed was kept in the unreadable topic; further ones of its shape are ' +
          'only counted',
      );
  }

  /**
   * Publishes the records of an event. If one of them breaks its contract, no repeat can help, and the event is kept
   * instead: a provider would repeat a webhook that is answered with an error for days.
   * @throws InfrastructureDown when Kafka cannot be reached, so that the provider repeats the webhook.
   */
  async publishOrKeep({ event, publish }: EventInHand): Promise<'published' | 'kept'> {
    try {
      await publish();
      return 'published';
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      await this.keepRefused(event(), error);
      return 'kept';
    }
  }

  /**
   * Keeps an event of which a record breaks its contract.
   * @throws InfrastructureDown when Kafka cannot be reached: the provider shall deliver it again.
   */
  async keepRefused(event: Omit<OtherEvent, 'lacks'>, refusal: RecordRefused): Promise<void> {
    const { provider, type } = event;
    const kind = nameOf(type);
    await this.quarantined(event, { ...codes.unusable, 'x-error': refusal.message });
    const known = this.see(`${provider}/${kind}/${refusal.message}`);
    count(counters.unusableWebhookEvents, {
      'mi.provider': provider,
      'mi.event': known === 'beyond' ? 'beyond' : kind,
    });
    if (known === 'new')
      this.logger.error(
        { err: refusal, provider, type: kind },
        'what a webhook says breaks our own contract: it was kept in the unreadable topic; further ones of its ' +
          'shape are only counted',
      );
  }

  private async quarantined(
    { provider, type, id, body }: Omit<OtherEvent, 'lacks'>,
    headers: Record<string, string>,
  ): Promise<void> {
    await this.publisher.publish({
      topic: topics.unreadable,
      key: cutText(`${provider}/${id ?? 'none'}`, 400),
      value: body,
      headers: {
        'x-origin': `webhook/${provider}`,
        'x-event-type': nameOf(type),
        'x-quarantined-at': new Date().toISOString(),
        ...headers,
      },
    });
  }

  /** Counts invalid fields, and logs each shape once: perhaps the provider has changed its format. */
  odd({ provider, type, fields }: OddFields): void {
    if (fields.length === 0) return;
    const kind = nameOf(type);
    const known = this.see(`${provider}/${kind}/${fields.join()}`);
    count(counters.oddWebhookFields, { 'mi.provider': provider, 'mi.event': known === 'beyond' ? 'beyond' : kind });
    if (known === 'new')
      this.logger.warn(
        { provider, type: kind, fields },
        'fields of a webhook are not as the provider describes them and count as missing; further ones of its ' +
          'shape are only counted',
      );
  }

  private see(shape: string): 'new' | 'known' | 'beyond' {
    if (this.seen.has(shape)) return 'known';
    if (this.seen.size >= MOST_SHAPES) return 'beyond';
    this.seen.add(shape);
    return 'new';
  }
}

const nameOf = (type: string | undefined): string =>
  type === undefined || type === '' ? NO_TYPE : type.replace(/[^\w.-]/g, '?').slice(0, 64);
