import {
  BadRecordTime,
  Instant,
  liftHeaders,
  liftOf,
  recordTimeProblem,
  repairLine,
  type SuppressionChanged,
  suppressionKey,
  topics,
} from '#libs/contracts';
import { allPublished, type IncomingRecord, type Outgoing, type Publisher } from '#libs/transport';
import type { KeyedSuppressionChange, Suppressions, SuppressionChange } from './suppressions.port.ts';
import { type Withdrawal, withdrawn } from './withdrawn.policy.ts';

/** More than anybody has of one recipient and scope. */
const MOST_OF_ONE = 500;

/**
 * Publishes who must not be written to any more, and who may be again: the topic is the truth, every table follows it.
 */
export class SuppressionsService {
  private readonly publisher: Pick<Publisher, 'publish'>;

  constructor(publisher: Pick<Publisher, 'publish'>) {
    this.publisher = publisher;
  }

  /**
   * In their order, since the topic keeps the last word. @throws InfrastructureDown when Kafka cannot be reached;
   * repeating is safe. RecordRefused when one cannot go: all others have gone.
   */
  async record(words: readonly SuppressionChange[]): Promise<void> {
    await allPublished(words.map((word) => this.publisher.publish(suppressionRecord(word))));
  }

  /**
   * As `record`, and into the table at once: the caller's next request finds it.
   * @throws InfrastructureDown when Kafka or Postgres cannot be reached; repeating is safe.
   */
  async settle(words: readonly SuppressionChange[], table: Suppressions): Promise<void> {
    await this.record(words);
    await Promise.all(words.map((word) => table.apply(keyed(word))));
  }

  /**
   * A provider has taken somebody off its list: lifts what stands there by its word.
   * @throws InfrastructureDown when Kafka or Postgres cannot be reached; repeating is safe.
   */
  async withdraw(withdrawal: Withdrawal, table: Pick<Suppressions, 'list'>): Promise<void> {
    const { recipient, scope } = withdrawal;
    const state = await table.list({ recipient, scope, lifted: false, limit: MOST_OF_ONE });
    await this.record(withdrawn(withdrawal, state));
  }
}

/** A word about a suppression as its topic has it. */
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
 * A record of the topic as a word on its place; undefined for another channel's.
 * @throws BadRecordTime where a word is lifted at a time that nobody can know
 */
export function wordOf(
  channel: string,
  value: SuppressionChanged | null,
  { key, headers, timestamp }: Pick<IncomingRecord, 'key' | 'headers' | 'timestamp'>,
): KeyedSuppressionChange | undefined {
  const scopeKey = key?.toString('utf8') ?? '';
  if (value ? value.channel !== channel : !scopeKey.startsWith(`${channel}:`)) return undefined;
  if (value) return { key: scopeKey, word: { suppress: storable(value) } };
  // A tombstone of another's making has no time but its record's own: with a wrong one it would lift nothing, or all
  // that is yet to come.
  const problem = Instant.safeParse(headers['x-lifted-at']).success ? undefined : recordTimeProblem(timestamp);
  if (problem) throw new BadRecordTime(problem);
  const { at, note, by } = liftOf(headers, timestamp);
  return { key: scopeKey, word: { lift: { at, note: note && repairLine(note), by: by && repairLine(by) } } };
}

/** Anybody may write to the topic: words that PostgreSQL cannot keep must not cost the suppression itself. */
function storable(value: SuppressionChanged): SuppressionChanged {
  const { reason, mask, provider, note, by } = value;
  const words = Object.entries({ reason, mask, provider, note, by }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...value, ...Object.fromEntries(words.map(([name, text]) => [name, repairLine(text)])) };
}
