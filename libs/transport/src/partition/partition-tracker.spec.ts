import { topics } from '#libs/contracts';
import { PartitionTracker } from './partition-tracker.ts';
import type { IncomingRecord } from '../record/record.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const aRecord = (offset: number, key: string | null = null): IncomingRecord => ({
  topic: topics.emailRequested,
  topicName: 'messaging.email.requested',
  lane: 'transactional',
  partition: 0,
  offset,
  key: key === null ? null : Buffer.from(key),
  value: null,
  headers: {},
  timestamp: 0,
  bytes: 200,
});

const aTracker = (...records: IncomingRecord[]) => {
  const tracker = new PartitionTracker('messaging.email.requested', 0);
  for (const record of records) tracker.add(record);
  return tracker;
};

/** Takes all records that may run now. */
function takeAll(tracker: PartitionTracker): IncomingRecord[] {
  const taken: IncomingRecord[] = [];
  for (let record = tracker.take(); record; record = tracker.take()) taken.push(record);
  return taken;
}

const offsetsOf = (records: IncomingRecord[]) => records.map(({ offset }) => offset);

describe('the records of a partition', () => {
  it('with one key run one after another, others beside them', () => {
    const tracker = aTracker(aRecord(0, 'a'), aRecord(1, 'a'), aRecord(2, 'b'), aRecord(3), aRecord(4, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([0, 2, 3]);
    tracker.complete(aRecord(0, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([1]);
    tracker.complete(aRecord(2, 'b'));
    expect(offsetsOf(takeAll(tracker))).toEqual([]);
    tracker.complete(aRecord(1, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([4]);
  });

  it('all run one after another when the partition’s order is chosen, and all freely when none is', () => {
    const records = [aRecord(0, 'a'), aRecord(1, 'b'), aRecord(2)];
    const [strict, free] = (['partition', 'none'] as const).map(
      (ordering) => new PartitionTracker('messaging.email.requested', 0, 'transactional', ordering),
    );
    for (const record of [...records, aRecord(3, 'a')]) {
      strict!.add(record);
      free!.add(record);
    }
    expect(offsetsOf(takeAll(strict!))).toEqual([0]);
    expect(offsetsOf(takeAll(free!))).toEqual([0, 1, 2, 3]);
  });

  it('with different keys do not wait for each other, whatever the bytes of the keys', () => {
    const invalid = (bytes: number[], offset: number) => ({ ...aRecord(offset), key: Buffer.from(bytes) });
    expect(takeAll(aTracker(invalid([0xff], 0), invalid([0xfe], 1)))).toHaveLength(2);
  });

  it('count as held until their offset is committed, their bytes until they are finished', () => {
    const tracker = aTracker(aRecord(0), aRecord(1));
    tracker.pass(aRecord(2));
    expect([tracker.size, tracker.bytes]).toEqual([3, 400]);
    takeAll(tracker).forEach((record) => tracker.complete(record));
    expect([tracker.size, tracker.bytes]).toEqual([3, 0]);
    tracker.committable();
    expect([tracker.size, tracker.bytes]).toEqual([0, 0]);
  });
});

describe('the offset to commit', () => {
  it('moves over finished records only, without a gap', () => {
    const tracker = aTracker(aRecord(5), aRecord(6), aRecord(7));
    expect(tracker.committable()).toBe(5);
    tracker.markCommitted(5);
    takeAll(tracker);
    tracker.complete(aRecord(6));
    expect(tracker.committable()).toBeUndefined();
    tracker.complete(aRecord(5));
    expect(tracker.committable()).toBe(7);
    tracker.complete(aRecord(7));
    expect(tracker.committable()).toBe(8);
  });

  it('is returned again until the commit has succeeded, then no more', () => {
    const tracker = aTracker(aRecord(0));
    takeAll(tracker).forEach((record) => tracker.complete(record));
    expect(tracker.committable()).toBe(1);
    expect(tracker.committable()).toBe(1);
    tracker.markCommitted(1);
    expect(tracker.committable()).toBeUndefined();
  });

  it('moves over skipped records as if they were finished, in their order', () => {
    const tracker = aTracker(aRecord(0));
    tracker.pass(aRecord(1));
    tracker.add(aRecord(2));
    expect(offsetsOf(takeAll(tracker))).toEqual([0, 2]);
    tracker.complete(aRecord(0));
    expect(tracker.committable()).toBe(2);
  });

  it('is undefined before the first record', () => {
    expect(aTracker().committable()).toBeUndefined();
  });

  it('follows the offsets that were read: gaps at transaction markers do not stop it', () => {
    const tracker = aTracker(aRecord(0), aRecord(3), aRecord(9));
    takeAll(tracker).forEach((record) => tracker.complete(record));
    expect(tracker.committable()).toBe(10);
  });
});

describe('the lag', () => {
  it('is what the broker had at the last fetch and is not finished yet', () => {
    const tracker = aTracker();
    expect(tracker.lag).toBeUndefined();
    tracker.fetched(12);
    for (const offset of [5, 6, 7]) tracker.add(aRecord(offset));
    expect(tracker.lag).toBe(7);
    takeAll(tracker);
    tracker.complete(aRecord(6));
    expect(tracker.lag).toBe(7);
    tracker.complete(aRecord(5));
    expect(tracker.lag).toBe(5);
    tracker.complete(aRecord(7));
    expect(tracker.lag).toBe(4);
    tracker.committable();
    expect(tracker.lag).toBe(4);
    tracker.fetched(8);
    expect(tracker.lag).toBe(0);
  });
});

describe('a record that is fetched again', () => {
  it('while it is held runs no second time', () => {
    const tracker = aTracker(aRecord(0, 'a'), aRecord(1, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([0]);
    tracker.add(aRecord(0, 'a'));
    tracker.add(aRecord(1, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([]);
    tracker.complete(aRecord(0, 'a'));
    expect(offsetsOf(takeAll(tracker))).toEqual([1]);
  });

  it('after it was finished, before the commit, runs no second time', () => {
    const tracker = aTracker(aRecord(0), aRecord(1));
    takeAll(tracker);
    tracker.complete(aRecord(0));
    expect(tracker.committable()).toBe(1);
    tracker.add(aRecord(0));
    expect(offsetsOf(takeAll(tracker))).toEqual([]);
  });

  it('after the commit runs no second time', () => {
    const tracker = aTracker(aRecord(0));
    takeAll(tracker).forEach((record) => tracker.complete(record));
    tracker.markCommitted(tracker.committable()!);
    tracker.add(aRecord(0));
    expect(offsetsOf(takeAll(tracker))).toEqual([]);
  });

  it('from below what is held delays the commit until it is finished', () => {
    const tracker = aTracker(aRecord(10));
    tracker.add(aRecord(8));
    takeAll(tracker);
    tracker.complete(aRecord(10));
    expect(tracker.committable()).toBe(8);
    tracker.complete(aRecord(8));
    expect(tracker.committable()).toBe(11);
  });
});

it('a revoked partition drops what has not started; what runs may finish', () => {
  const tracker = aTracker(aRecord(0, 'a'), aRecord(1, 'a'), aRecord(2));
  const first = tracker.take()!;
  tracker.dropWaiting();
  expect(tracker.take()).toBeUndefined();
  tracker.complete(first);
  expect(tracker.take()).toBeUndefined();
  expect(tracker.committable()).toBe(1);
});

describe('whatever the order in which records are read, read again, finished and committed', () => {
  type Step = { kind: 'add' | 'take' | 'complete' | 'commit'; pick: number };
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('add', 'add', 'take', 'complete', 'commit'),
    pick: fc.nat(),
  });
  const keys = fc.array(fc.option(fc.constantFrom('a', 'b', 'c')), { minLength: 1, maxLength: 20 });
  const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 20, maxLength: 20 });

  it('each runs once, those of a key in order and alone, and no unfinished one is committed', () => {
    fc.assert(
      fc.property(keys, gaps, fc.array(step, { maxLength: 120 }), (allKeys, allGaps, steps) => {
        let offset = 0;
        const log = allKeys.map((key, index) => aRecord((offset += allGaps[index]!), key));
        const tracker = aTracker();
        const running: IncomingRecord[] = [];
        const started: number[] = [];
        const finished = new Set<number>();
        let position = 0;
        let committed = 0;
        for (const { kind, pick } of steps) {
          if (kind === 'add') {
            // A rejoin returns to the last commit; otherwise the next record is read.
            if (pick % 5 === 0)
              position = Math.max(
                0,
                log.findIndex((record) => record.offset >= committed),
              );
            const record = log[position];
            if (record) tracker.add(record);
            position += 1;
          } else if (kind === 'take') {
            const record = tracker.take();
            if (!record) continue;
            expect(started).not.toContain(record.offset);
            if (record.key) expect(running.map(({ key }) => key?.toString())).not.toContain(record.key.toString());
            const sameKey = log.filter(({ key }) => record.key && key?.equals(record.key)).map((other) => other.offset);
            expect(sameKey.filter((other) => other < record.offset && !started.includes(other))).toEqual([]);
            started.push(record.offset);
            running.push(record);
          } else if (kind === 'complete' && running.length > 0) {
            const [record] = running.splice(pick % running.length, 1);
            tracker.complete(record!);
            finished.add(record!.offset);
          } else if (kind === 'commit') {
            const due = tracker.committable();
            if (due === undefined) continue;
            expect(due).toBeGreaterThan(committed);
            expect(log.filter((record) => record.offset < due && !finished.has(record.offset))).toEqual([]);
            tracker.markCommitted(due);
            committed = due;
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
