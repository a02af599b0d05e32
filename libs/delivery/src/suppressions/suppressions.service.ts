import {
  type KeyedSuppressionChange,
  liftHeaders,
  type SuppressionChanged,
  suppressionChangeOf,
  suppressionKey,
  type SuppressionRecord,
  topics,
} from '#libs/contracts';
import { allPublished, type Outgoing, type Publisher } from '#libs/transport';
import type { Suppressions, SuppressionChange } from './suppressions.port.ts';
import { type Withdrawal, withdrawn } from './withdrawn.policy.ts';

/** More than any recipient has in one scope. */
const MOST_OF_ONE = 500;

/** Publishes new and lifted suppressions: the topic is the source of truth, every table follows it. */
export class SuppressionsService {
  private readonly publisher: Pick<Publisher, 'publish'>;

  constructor(publisher: Pick<Publisher, 'publish'>) {
    this.publisher = publisher;
  }

  /**
   * In their order, since the topic keeps the last record of a key.
   * @throws InfrastructureDown when Kafka cannot be reached; repeating is safe. RecordRefused when one was refused: all
   * others are published.
   */
  async record(words: readonly SuppressionChange[]): Promise<void> {
    await allPublished(words.map((word) => this.publisher.publish(suppressionRecord(word))));
  }

  /**
   * As `record`, and also written to the table, so that the caller's next request sees it.
   * @throws InfrastructureDown when Kafka or PostgreSQL cannot be reached; repeating is safe.
   */
  async settle(words: readonly SuppressionChange[], table: Suppressions): Promise<void> {
    await this.record(words);
    await Promise.all(words.map((word) => table.apply(keyed(word))));
  }

  /**
   * A provider has removed a recipient from its list: lifts the suppressions that this list caused.
   * @throws InfrastructureDown when Kafka or PostgreSQL cannot be reached; repeating is safe.
   */
  async withdraw(withdrawal: Withdrawal, table: Pick<Suppressions, 'list'>): Promise<void> {
    const { recipient, scope } = withdrawal;
    const state = await table.list({ recipient, scope, lifted: false, limit: MOST_OF_ONE });
    await this.record(withdrawn(withdrawal, state));
  }
}

/** A change of a suppression, as its topic has it. */
export function suppressionRecord(word: SuppressionChange): Outgoing {
  const { key, word: of } = keyed(word);
  const topic = topics.suppressionChanged;
  return 'lift' in of ? { topic, key, value: null, headers: liftHeaders(of.lift) } : { topic, key, value: of.suppress };
}

function keyed(word: SuppressionChange): KeyedSuppressionChange {
  if ('suppress' in word) return { key: suppressionKey(word.suppress), word };
  const { at = new Date().toISOString(), note, by } = word.lift;
  return { key: suppressionKey(word.lift), word: { lift: { at, note, by } } };
}

/**
 * A record of the topic as a change; undefined for another channel's.
 * @throws BadRecordTime where a tombstone has no usable time
 */
export function changeFor(
  channel: string,
  value: SuppressionChanged | null,
  record: SuppressionRecord,
): KeyedSuppressionChange | undefined {
  const isOurs = value ? value.channel === channel : (record.key?.toString('utf8') ?? '').startsWith(`${channel}:`);
  return isOurs ? suppressionChangeOf(value, record) : undefined;
}
