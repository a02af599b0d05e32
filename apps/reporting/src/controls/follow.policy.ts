import type { ControlChanged } from '#libs/contracts';

/** A row as far as a record of the topic is held against it. */
export interface KnownControl {
  seq: number;
  operationId: string;
  /** When its operation was asked for; ISO 8601. */
  at: string;
}

export type Followed =
  /** The row knows as much, or more. */
  | 'nothing'
  /** It is the row’s own change: Kafka has it. */
  | 'published'
  /** The row is taken from the record. */
  | 'record'
  /** The row is the newer one, and counted from below: it is published again, above the record. */
  | 'above';

/**
 * What a record of `control.changed` does to the row of its key. Reporting alone writes the topic, each change counted
 * from its row: so a record that the row does not know says that the database was set back. What was asked for later
 * counts, and is counted on from the record.
 */
export function followed(
  known: KnownControl | undefined,
  record: Pick<ControlChanged, 'seq' | 'operationId' | 'at'>,
): Followed {
  if (!known) return 'record';
  if (record.operationId === known.operationId)
    return record.seq > known.seq ? 'record' : record.seq === known.seq ? 'published' : 'nothing';
  if (record.seq < known.seq) return 'nothing';
  return Date.parse(record.at) >= Date.parse(known.at) ? 'record' : 'above';
}

/**
 * Notices where the topic has an older change of a key after a newer one: compaction would keep the older. Of each key
 * the highest number that was read, and the last one.
 */
export class TopicOrder {
  private readonly highest = new Map<string, number>();
  private readonly last = new Map<string, number>();

  /** @returns whether a newer change of the key was read before */
  read(key: string, seq: number): boolean {
    const before = this.highest.get(key) ?? 0;
    this.highest.set(key, Math.max(before, seq));
    this.last.set(key, seq);
    return seq < before;
  }

  /** The keys of which the topic has an older change last. */
  stale(): string[] {
    return [...this.last].flatMap(([key, seq]) => (seq < this.highest.get(key)! ? [key] : []));
  }
}
