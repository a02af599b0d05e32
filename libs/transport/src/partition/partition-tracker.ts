import type { Lane } from '#libs/contracts';
import type { IncomingRecord } from '../record/record.ts';
import { UnreadBatches } from './unread-batches.ts';

/** The key or partition whose records run one after another. */
export type Ordering = 'key' | 'partition' | 'none';

interface Entry {
  /**
   * Released once it is finished, and not counted as held in memory any more: its offset may wait long for the commit.
   */
  record: IncomingRecord | undefined;
  /** Records of one chain run one after another; undefined: it runs freely. */
  chain: string | undefined;
}

/**
 * The records of one partition during one assignment: which are held, which may run now, and which offset may be
 * committed. Records of one key run one after another in offset order; those without a key run freely (unless another
 * ordering is chosen).
 */
export class PartitionTracker {
  readonly topicName: string;
  readonly partition: number;
  readonly lane: Lane;
  /** False once the partition is revoked: none of its records is committed any more. */
  assigned = true;
  paused = false;
  readonly unread = new UnreadBatches();
  /** Ascending by offset. */
  private held = new Map<number, Entry>();
  /** Finished, but not committed yet: a rejoin reads them again. */
  private readonly released = new Set<number>();
  private readonly ready: Entry[] = [];
  private readonly waiting = new Map<string, Entry[]>();
  /** Just after the last record that the broker had at the last fetch. */
  private brokerEnd = 0;
  /** Just after the highest offset read. */
  private end = 0;
  private committed = -1;
  private heldBytes = 0;
  private unstarted = 0;
  private readonly ordering: Ordering;

  constructor(topicName: string, partition: number, lane: Lane = 'transactional', ordering: Ordering = 'key') {
    this.topicName = topicName;
    this.partition = partition;
    this.lane = lane;
    this.ordering = ordering;
  }

  get size(): number {
    return this.held.size;
  }

  /** How many of its records have not started yet. */
  get ahead(): number {
    return this.unstarted;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  /** How many records of the partition are not finished, as of the last fetch; undefined: none was fetched yet. */
  get lag(): number | undefined {
    if (this.brokerEnd === 0) return undefined;
    let next = this.end;
    for (const [offset, { record }] of this.held) if (record && offset < next) next = offset;
    return Math.max(0, this.brokerEnd - next);
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  /** Takes note of a fetch. `end`: the offset just after the broker's last record. */
  fetched(end: number): void {
    this.brokerEnd = end;
  }

  /** Adds a record; one that is held or already finished (read again after a rejoin) is ignored. */
  add(record: IncomingRecord): void {
    const entry = this.hold(record, false);
    if (!entry) return;
    this.unstarted += 1;
    const key = (entry.chain = this.chainOf(record));
    const queue = key === undefined ? undefined : this.waiting.get(key);
    if (queue) queue.push(entry);
    else {
      if (key !== undefined) this.waiting.set(key, []);
      this.ready.push(entry);
    }
  }

  /** Adds a record that needs no work: only the offset moves over it. */
  pass(record: IncomingRecord): void {
    this.hold(record, true);
  }

  private hold(record: IncomingRecord, done: boolean): Entry | undefined {
    if (this.held.has(record.offset) || this.released.has(record.offset) || record.offset < this.committed)
      return undefined;
    const entry: Entry = { record: done ? undefined : record, chain: undefined };
    this.held.set(record.offset, entry);
    // A batch fetched before a rejoin can arrive before lower offsets: committing relies on their order.
    if (record.offset < this.end) this.held = new Map([...this.held].sort(([a], [b]) => a - b));
    this.heldBytes += entry.record?.bytes ?? 0;
    this.end = Math.max(this.end, record.offset + 1);
    return entry;
  }

  /** The next record that may run now. */
  take(): IncomingRecord | undefined {
    const entry = this.ready.shift();
    if (entry) this.unstarted -= 1;
    return entry?.record;
  }

  /** Marks a record as finished: the next of its key may run. */
  complete(record: IncomingRecord): void {
    const entry = this.held.get(record.offset);
    if (!entry?.record) return;
    this.heldBytes -= entry.record.bytes;
    entry.record = undefined;
    const key = entry.chain;
    if (key === undefined) return;
    const queue = this.waiting.get(key);
    const next = queue?.shift();
    if (next) this.ready.push(next);
    else this.waiting.delete(key);
  }

  /** Drops records that have not started; those in work continue. */
  dropWaiting(): void {
    this.ready.length = 0;
    this.waiting.clear();
    this.unstarted = 0;
  }

  /**
   * The offset to commit: just after the finished records before the first unfinished one. Undefined where it is
   * committed already.
   */
  committable(): number | undefined {
    for (const [offset, entry] of this.held) {
      if (entry.record) return this.newer(offset);
      this.held.delete(offset);
      this.released.add(offset);
    }
    return this.newer(this.end);
  }

  markCommitted(offset: number): void {
    this.committed = Math.max(this.committed, offset);
    for (const passed of this.released) if (passed < offset) this.released.delete(passed);
  }

  private newer(offset: number): number | undefined {
    return offset > this.committed && offset > 0 && this.end > 0 ? offset : undefined;
  }

  /** The chain of a record; undefined: it runs freely. A key may be any bytes: base64 distinguishes them. */
  private chainOf(record: IncomingRecord): string | undefined {
    if (this.ordering === 'partition') return '';
    return this.ordering === 'key' ? record.key?.toString('base64') : undefined;
  }
}
