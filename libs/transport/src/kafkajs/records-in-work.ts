import type { Lane } from '#libs/contracts';
import { laneQuotaOf } from '../partition/flight.policy.ts';
import type { PartitionTracker } from '../partition/partition-tracker.ts';
import type { IncomingRecord } from '../record/record.ts';

/** Processes records that may be worked on now, in any order; never throws. */
export type RecordsHandler = (records: readonly IncomingRecord[], work: RecordsInWork) => void;

/** By which a handler reports its progress with a record. */
export interface RecordsInWork {
  /** Releases its slot, although it is not finished. At most once. */
  freeSlot(record: IncomingRecord): void;
  /** Called once for each record. True: its offset may be committed; false leaves it to the next assignment. */
  done(record: IncomingRecord, mayCommit: boolean): void;
}

/** Processes one record. Resolves when its offset may be committed; `false` leaves it to the next assignment. */
export type RecordHandler = (record: IncomingRecord) => Promise<boolean>;

/** Reports the end of a record once it is processed. After an error the record is left to the next assignment. */
export function reportEnd(
  record: IncomingRecord,
  work: RecordsInWork,
  processing: Promise<boolean>,
  onError: (error: unknown) => void = () => undefined,
): void {
  processing.then(
    (mayCommit) => work.done(record, mayCommit),
    (error: unknown) => {
      onError(error);
      work.done(record, false);
    },
  );
}

/** Processes each record by itself. `onError` gets what it throws. */
export const oneByOne =
  (handle: RecordHandler, onError?: (error: unknown) => void): RecordsHandler =>
  (records, work) =>
    records.forEach((record) => reportEnd(record, work, handle(record), onError));

interface Running {
  tracker: PartitionTracker;
  hasSlot: boolean;
}

/** The records in work and their slots: each lane has at most its quota. */
export class WorkInProgress implements RecordsInWork {
  private readonly capacity: number;
  private readonly onFree: () => void;
  private readonly running = new Map<IncomingRecord, Running>();
  private readonly slotsOf: Record<Lane, number> = { urgent: 0, transactional: 0, bulk: 0 };
  private slots = 0;
  private onIdle: (() => void) | undefined;

  /** @param onFree called whenever another record may be started */
  constructor(capacity: number, onFree: () => void) {
    this.capacity = capacity;
    this.onFree = onFree;
  }

  get size(): number {
    return this.running.size;
  }

  hasSlot(lane: Lane): boolean {
    return this.slots < this.capacity && this.slotsOf[lane] < laneQuotaOf(lane, this.capacity);
  }

  begin(record: IncomingRecord, tracker: PartitionTracker): void {
    this.slotsOf[tracker.lane] += 1;
    this.slots += 1;
    this.running.set(record, { tracker, hasSlot: true });
  }

  freeSlot(record: IncomingRecord): void {
    const running = this.running.get(record);
    if (running) this.free(running);
  }

  done(record: IncomingRecord, mayCommit: boolean): void {
    const running = this.running.get(record);
    if (!running) return;
    this.running.delete(record);
    if (mayCommit) running.tracker.complete(record);
    this.free(running);
    // Also where the slot was released before: the next record of its key may start now.
    this.onFree();
    if (this.running.size === 0) this.onIdle?.();
  }

  /** Resolves once no record is in work. */
  idle(): Promise<void> {
    return new Promise((resolve) => (this.running.size === 0 ? resolve() : (this.onIdle = resolve)));
  }

  private free(running: Running): void {
    if (!running.hasSlot) return;
    running.hasSlot = false;
    this.slotsOf[running.tracker.lane] -= 1;
    this.slots -= 1;
    this.onFree();
  }
}
