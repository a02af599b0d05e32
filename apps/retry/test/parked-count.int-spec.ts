import { aDeferred } from '#libs/testing';
import { topics } from '#libs/contracts';
import type { Outgoing } from '#libs/transport';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BacklogService } from '../src/backlog/backlog.service.ts';
import { PostgresParkedCount } from '../src/backlog/backlog.store.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

describe('The number of parked messages', () => {
  let schedule: Schedule;
  let parked: PostgresParkedCount;
  beforeEach(async () => {
    schedule = await aSchedule();
    parked = new PostgresParkedCount(schedule.pool);
  });
  afterEach(() => schedule.drop());

  const park = (count: number, from = 0) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        schedule.decisions.decideOnce(
          asking(
            aDeferred({ messageId: `m-${from + index}` }),
            planned(future, { kind: 'waiting', waitsFor: 'route:["email",["x","a"]]', notBefore: past }),
          ),
        ),
      ),
    );
  const leave = (count: number) =>
    schedule.pool.query(
      'UPDATE retry.schedule SET waits_for = NULL WHERE id IN ' +
        '(SELECT id FROM retry.schedule WHERE waits_for IS NOT NULL LIMIT $1)',
      [count],
    );
  /** As if the last count had been a while ago. */
  const later = () => schedule.pool.query('UPDATE retry.parked_limit SET counted_at = to_timestamp(0)');
  const next = async () => {
    await later();
    return parked.count(4);
  };

  it('is too large from the limit on, until half of it is left', async () => {
    expect(await next()).toEqual({ parked: 0, isFull: false, hasChanged: false });
    await park(3);
    expect(await next()).toEqual({ parked: 3, isFull: false, hasChanged: false });
    await park(3, 3);
    expect(await next()).toEqual({ parked: 4, isFull: true, hasChanged: true });
    await leave(3);
    expect(await next()).toEqual({ parked: 3, isFull: true, hasChanged: false });
    await leave(1);
    expect(await next()).toEqual({ parked: 2, isFull: false, hasChanged: true });
  });

  it('is counted by one replica at a time', async () => {
    const other = new PostgresParkedCount(schedule.pool);
    await later();
    const counted = await Promise.all([parked.count(4), other.count(4)]);
    expect(counted.filter((state) => state !== undefined)).toHaveLength(1);
  });

  it('is reported to the channels again and again while it is too large, once when it is not, and shown', async () => {
    const published: Outgoing[] = [];
    const reported: string[] = [];
    let concern: (() => { meaning: string } | undefined) | undefined;
    const tell = (_: object, words: string) => void reported.push(words);
    const service = new BacklogService(
      parked,
      { publish: (outgoing) => Promise.resolve(void published.push(outgoing)) },
      { info: tell, warn: tell } as never,
      { PARKED_MAX: 4 },
      { add: () => undefined },
      { addConcern: (_, look) => void (concern = look) },
    );
    const round = async () => {
      await later();
      await service.round();
    };
    await round();
    expect([published, concern!()]).toEqual([[], undefined]);
    await park(4);
    await round();
    await round();
    expect(concern!()).toMatchObject({ meaning: expect.stringContaining('PARKED_MAX 4') });
    await leave(4);
    await round();
    await round();
    expect(concern!()).toBeUndefined();
    expect(published.map(({ topic, value }) => [topic.name, value])).toEqual([
      [topics.parkedChanged.name, expect.objectContaining({ isFull: true, parked: 4, limit: 4, forMs: 60_000 })],
      [topics.parkedChanged.name, expect.objectContaining({ isFull: true })],
      [topics.parkedChanged.name, expect.objectContaining({ isFull: false, forMs: 0 })],
    ]);
    expect(reported).toHaveLength(2);
    for (const { topic, value } of published) expect(topic.schema!.safeParse(value).success).toBe(true);
  });
});
