import { describe, expect, it } from '@jest/globals';
import type { KafkaReading } from './reading.ts';
import { RoundTrip } from './round-trip.ts';

const at = (second: number) => new Date(Date.UTC(2030, 0, 31, 12, 0, second));

/** Two topics of one partition each, and how far their groups have read. */
class Groups implements Pick<KafkaReading, 'extent' | 'position'> {
  readonly ends: Record<string, number> = { due: 0, reported: 0 };
  readonly read: Record<string, number> = { channel: 0, retry: 0 };

  extent = (topics: readonly string[]) =>
    Promise.resolve({
      topics,
      ends: new Map(topics.map((topic) => [`${topic}/0`, this.ends[topic]!])),
      starts: new Map<string, number>(),
    });
  position = (groupId: string, { topics }: { topics: readonly string[] }) =>
    Promise.resolve(new Map(topics.map((topic) => [`${topic}/0`, this.read[groupId]!])));
}

describe('what is lost rather than late', () => {
  const aTrip = () => {
    const groups = new Groups();
    const way = { there: { groupId: 'channel', topics: ['due'] }, back: [{ groupId: 'retry', topics: ['reported'] }] };
    return { groups, trip: new RoundTrip(groups as unknown as KafkaReading, way) };
  };

  it('is unknown while the reader of the questions lags behind, however long', async () => {
    const { groups, trip } = aTrip();
    groups.ends['due'] = 5;
    groups.read['channel'] = 4;
    for (const second of [1, 100, 10_000]) expect(await trip.answeredUpTo(at(second))).toBeUndefined();
  });

  it('is unknown before the answers that existed when the questions were processed are read', async () => {
    const { groups, trip } = aTrip();
    Object.assign(groups.ends, { due: 5, reported: 9 });
    Object.assign(groups.read, { channel: 5, retry: 8 });
    expect(await trip.answeredUpTo(at(1))).toBeUndefined();
    // Records that arrive meanwhile delay nothing.
    groups.ends['reported'] = 20;
    groups.read['retry'] = 9;
    expect(await trip.answeredUpTo(at(2))).toEqual(at(1));
  });

  it('is what was asked before the questions and answers that have all been read', async () => {
    const { groups, trip } = aTrip();
    Object.assign(groups.ends, { due: 5, reported: 3 });
    Object.assign(groups.read, { channel: 3, retry: 3 });
    expect(await trip.answeredUpTo(at(1))).toBeUndefined();
    Object.assign(groups.ends, { due: 8, reported: 4 });
    groups.read['channel'] = 5;
    expect(await trip.answeredUpTo(at(2))).toBeUndefined();
    groups.read['retry'] = 4;
    expect(await trip.answeredUpTo(at(3))).toEqual(at(1));
    groups.read['channel'] = 8;
    expect(await trip.answeredUpTo(at(4))).toEqual(at(4));
  });
});
