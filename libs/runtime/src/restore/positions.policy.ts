import type { Offsets } from '#libs/transport';

/** A partition of which this database knows less than was once read into it. */
export interface Behind {
  /** `topic/partition`, with prefix and lane. */
  partition: string;
  /** What the database has applied: the next offset. */
  kept: number;
  /** What its service’s group has read: the next offset. */
  committed: number;
}

/** Records that should be read again, and that the topic does not hold any more. */
export interface Gap {
  partition: string;
  from: number;
  /** The first offset that is still there. */
  to: number;
}

/**
 * The partitions of which the database has applied less than its service’s group has read. Offsets are written into the
 * database before they are committed, so a database that was never set back has none.
 */
export function behind(kept: Offsets, committed: Offsets): Behind[] {
  return [...committed]
    .map(([partition, offset]) => ({ partition, kept: kept.get(partition) ?? 0, committed: offset }))
    .filter(({ kept, committed }) => kept < committed);
}

/**
 * The partitions that end before what the database has applied: the topics were made anew, or Kafka was restored.
 */
export const beyondEnd = (kept: Offsets, ends: Offsets): string[] =>
  [...kept].filter(([partition, offset]) => offset > (ends.get(partition) ?? Infinity)).map(([partition]) => partition);

/** What is missing at the beginning of what should be read from these offsets on. */
export const gapsOf = (from: Offsets, starts: Offsets): Gap[] =>
  [...starts]
    .map(([partition, start]) => ({ partition, from: from.get(partition) ?? 0, to: start }))
    .filter(({ from, to }) => from < to);

/** Of both the greater offset, for each partition. */
export function greatest(one: Offsets, other: Offsets): Offsets {
  const all = new Map(one);
  for (const [partition, offset] of other) all.set(partition, Math.max(offset, all.get(partition) ?? 0));
  return all;
}

/** `topic/3` → topic and number. */
export function partitionOf(name: string): { topic: string; partition: number } {
  const at = name.lastIndexOf('/');
  return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) };
}
