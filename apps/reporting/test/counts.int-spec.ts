import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import { aFailure } from '#libs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingFact } from '../src/projection/fact.ts';
import { CountsDatabase } from './counts-database.ts';
import { fact, noon, receipt, requested, shuffled } from './facts.ts';

const db = new CountsDatabase();
beforeAll(() => db.start());
afterEach(() => db.empty());
afterAll(() => db.stop());

const DAY_MS = 86_400_000;
const openLatest =
  'UPDATE reporting.period SET closed_at = NULL WHERE period = (SELECT max(period) FROM reporting.period)';
const at = (ms: number) => new Date(ms).toISOString();

/** What is reported of messages over four days: failovers, bounces, opens, tags, a lane that is known late. */
function storyOf(name: string, count: number): IncomingFact[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${name}-${index}`;
    const from = noon + (index % 4) * DAY_MS + index;
    const hop = index % 3 === 0 ? 2 : 1;
    const provider = hop === 2 ? 'resend' : 'sendgrid';
    const sent = fact(id, { hop, provider, providerMessageId: `p-${id}`, at: at(from + 2_000) });
    return [
      requested(id, { at: from, tags: index % 2 ? ['spring', `n${index % 7}`] : [], template: `t${index % 5}` }),
      ...(hop === 2
        ? [fact(id, { status: 'retrying', hop: 1, provider: 'sendgrid', failure: aFailure(), at: at(from + 1_000) })]
        : []),
      sent,
      receipt(index % 2 ? id : undefined, {
        hop: index % 2 ? hop : undefined,
        provider,
        providerMessageId: `p-${id}`,
        status: index % 5 ? 'delivered' : 'bounced',
        at: at(from + 3_000),
      }),
      receipt(id, { status: 'opened', hop, eventId: randomUUID(), at: at(from + 9_000) }),
    ];
  }).flat();
}

/** By the rows of the messages themselves, without their cells. */
const byStatus = async () => {
  const [counted, meant] = await Promise.all([
    db.rows(
      `SELECT day::text, status, sum(messages)::int AS messages FROM reporting.message_day GROUP BY 1, 2
       HAVING sum(messages) > 0 ORDER BY 1, 2`,
    ),
    db.rows(
      `SELECT (requested_at AT TIME ZONE 'UTC')::date::text AS day, status, count(*)::int AS messages
         FROM reporting.message GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  ]);
  return { counted, meant };
};

async function areExact(messages: number): Promise<void> {
  expect(await db.differences()).toBe(0);
  const { counted, meant } = await byStatus();
  expect(counted).toEqual(meant);
  const rows = await db.rows('SELECT sum(messages)::int AS all FROM reporting.message_hour');
  expect(rows).toEqual([{ all: messages }]);
}

const attempts = () =>
  db.rows(
    `SELECT provider, outcome, sum(attempts)::int AS attempts FROM reporting.attempt_hour GROUP BY 1, 2 ORDER BY 1, 2`,
  );

/** Until the database takes it, as the consumer does. */
async function untilProjected(facts: readonly IncomingFact[]): Promise<void> {
  for (const each of facts.map((one, index) => ({ one, replica: db.replicas[index % 2]! })))
    for (;;)
      try {
        await each.replica.project(each.one);
        break;
      } catch (error) {
        if (!(error instanceof InfrastructureDown)) throw error;
        await delay(5);
      }
}

describe('counts of messages', () => {
  it('are exact in whatever order facts come, repeated and in two replicas', async () => {
    const story = storyOf('order', 240);
    await db.project(shuffled([...story, ...story]));
    await areExact(240);
    expect(await attempts()).toEqual([
      { provider: 'resend', outcome: 'sent', attempts: 80 },
      { provider: 'sendgrid', outcome: 'failed', attempts: 80 },
      { provider: 'sendgrid', outcome: 'sent', attempts: 160 },
    ]);
    const engaged = await db.rows('SELECT sum(messages)::int AS messages FROM reporting.engagement_day');
    expect(engaged).toEqual([{ messages: 240 }]);
  });

  it('are exact after twenty times all connections were cut in the middle of batches', async () => {
    const story = shuffled(storyOf('kill', 300));
    const lanes = Array.from({ length: 40 }, (_, lane) => story.filter((__, index) => index % 40 === lane));
    let done = false;
    const written = Promise.all(lanes.map(untilProjected)).finally(() => (done = true));
    const killer = db.database.pool();
    let kills = 0;
    while (kills < 20 && !done) {
      await delay(10);
      const { rowCount } = await killer.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'messaging-counts-test' AND state <> 'idle' AND datname = current_database()`,
      );
      if ((rowCount ?? 0) > 0) kills += 1;
    }
    await written;
    expect(kills).toBeGreaterThan(5);
    await areExact(300);
  });

  it('are made exact by a rebuild while facts go on', async () => {
    const [before, during] = [storyOf('before', 300), storyOf('during', 300)];
    await db.project(before);
    await db.rows('UPDATE reporting.message_day SET messages = messages + 3');
    await db.rows("DELETE FROM reporting.value_day WHERE value = 'spring'");
    await db.rows(
      `UPDATE reporting.message SET cell = replace(cell, '"sendgrid"', '"ghost"') WHERE status = 'bounced'`,
    );
    expect(await db.differences()).toBeGreaterThan(0);
    const [portions] = await Promise.all([db.rebuild(), db.project(shuffled(during))]);
    expect(portions).toBeGreaterThan(4);
    await areExact(600);
    expect(await db.counts.rebuild()).toMatchObject({ stage: 'done', recounted: 4, endedAt: expect.any(Date) });
  });

  it('that are not what the messages say are found by the nightly recount, once a night', async () => {
    await db.project(storyOf('night', 20));
    await db.rows("UPDATE reporting.value_day SET messages = messages + 1 WHERE day = '2030-01-31'");
    expect(await db.counts.compareTonight(0)).toMatchObject({ day: '2030-01-31', different: expect.any(Number) });
    const [found] = await db.counts.compared();
    expect(found!.different).toBeGreaterThan(0);
    expect(await db.counts.compareTonight(0.9)).toBeUndefined();
    await db.rebuild();
    expect(await db.counts.compared()).toMatchObject([{ day: '2030-01-31', repairedAt: expect.any(Date) }]);
  });

  it('keep a hundred facts of one engagement of one message', async () => {
    const opens = Array.from({ length: 130 }, (_, index) =>
      receipt('opened', { status: 'opened', hop: 1, eventId: randomUUID(), at: at(noon + index * 1_000) }),
    );
    await db.project([requested('opened'), fact('opened', { hop: 1 })]);
    await db.project(opens.slice(0, 70));
    await db.project(shuffled([...opens, ...opens]));
    expect(await db.rows('SELECT messages, facts FROM reporting.engagement_day WHERE messages > 0')).toEqual([
      { messages: 1, facts: 100 },
    ]);
    expect(await db.rows('SELECT count(*)::int AS facts FROM reporting.event')).toEqual([{ facts: 102 }]);
  });

  it('have a thousand templates a day, and all others together', async () => {
    await db.project(Array.from({ length: 1_010 }, (_, index) => requested(`t-${index}`, { template: `t-${index}` })));
    const counted = await db.rows<{ value: string; messages: number }>(
      "SELECT value, messages::int FROM reporting.value_day WHERE dimension = 'template'",
    );
    expect(counted).toHaveLength(1_001);
    expect(counted.find(({ value }) => value === 'other')?.messages).toBe(10);
    // Told once more as delivered they stay where they are counted.
    await db.project(Array.from({ length: 1_010 }, (_, index) => receipt(`t-${index}`, { hop: 1 })));
    await areExact(1_010);
  });
});

describe('what comes without its message', () => {
  it('waits for it by identity, makes none, and is joined when it comes', async () => {
    await db.project([receipt('early', { hop: 1 }), receipt('early', { status: 'opened', hop: 1 })]);
    expect(await db.rows('SELECT 1 FROM reporting.message')).toEqual([]);
    await db.project([requested('early')]);
    expect(await db.rows('SELECT status, engagement FROM reporting.message')).toEqual([
      { status: 'delivered', engagement: ['opened'] },
    ]);
    await areExact(1);
  });

  it('is joined a moment later where both came at the same moment and missed each other', async () => {
    await db.project([requested('met')]);
    await db.rows(
      `INSERT INTO reporting.orphan (event_id, id, look_at, fact)
       SELECT gen_random_uuid(), id, now(), $1 FROM reporting.message`,
      [JSON.stringify(receipt('met', { hop: 1 }).fact)],
    );
    await db.waiting.joinLate(10);
    expect(await db.rows('SELECT status FROM reporting.message')).toEqual([{ status: 'delivered' }]);
    expect(await db.rows('SELECT 1 FROM reporting.orphan')).toEqual([]);
  });

  it('counts as late after seven days', async () => {
    await db.project([
      receipt('never', { hop: 1 }),
      receipt(undefined, { hop: undefined, providerMessageId: 'p-never' }),
    ]);
    expect(await db.waiting.giveUp(7, 10)).toEqual([]);
    await db.rows("UPDATE reporting.orphan SET came_at = now() - interval '8 days'");
    expect(await db.waiting.giveUp(7, 10)).toEqual([{ source: 'receipt', status: 'delivered', facts: 2 }]);
    expect(await db.rows('SELECT status, facts::int FROM reporting.late_day')).toEqual([
      { status: 'delivered', facts: 2 },
    ]);
  });
});

describe('periods', () => {
  const age = (days: number) =>
    db.rows(
      `UPDATE reporting.period SET opened_at = opened_at - $1 * interval '1 day',
               closed_at = closed_at - $1 * interval '1 day'`,
      [days],
    );

  it('are deleted whole: what was counted stays, and a late click makes no message anew', async () => {
    // The period of before today: what is new belongs to that which is open.
    await db.rows('UPDATE reporting.period SET closed_at = now() WHERE closed_at IS NULL');
    await db.rows("SELECT reporting.make_period('2020-01-01')");
    await db.project(storyOf('old', 40));
    await db.rows("UPDATE reporting.period SET closed_at = now() WHERE period = '2020-01-01'");
    await db.rows(openLatest);
    await db.project(storyOf('new', 40));
    await db.project([receipt('old-1', { status: 'clicked', hop: 1 })]);
    expect(
      await db.rows('SELECT DISTINCT period::text FROM reporting.event WHERE period < $1', ['2021-01-01']),
    ).toEqual([{ period: '2020-01-01' }]);
    await areExact(80);

    await age(100);
    expect(await db.periods.drop(90)).toBe(1);
    expect(await db.rows('SELECT count(*)::int AS messages FROM reporting.message')).toEqual([{ messages: 40 }]);
    await db.project([receipt('old-1', { status: 'opened', hop: 1, eventId: randomUUID() })]);
    await db.rebuild();
    expect(await db.rows('SELECT sum(messages)::int AS all FROM reporting.message_day')).toEqual([{ all: 80 }]);
    expect(await db.counts.compareTonight(0)).toBeUndefined();
  });

  it('of another day are opened once the one before is old enough', async () => {
    await db.rows('DELETE FROM reporting.gone_day');
    await db.rows('UPDATE reporting.period SET closed_at = now() WHERE closed_at IS NULL');
    await db.rows("SELECT reporting.make_period('2020-06-01')");
    expect(await db.periods.openNext(22)).toBe(false);
    await db.rows("UPDATE reporting.period SET opened_at = now() - interval '23 days' WHERE period = '2020-06-01'");
    await db.rows("DELETE FROM reporting.period WHERE period > '2021-01-01'");
    const today = new Date().toISOString().slice(0, 10);
    await dropTables(today);
    expect(await db.periods.openNext(22)).toBe(true);
    expect(await db.rows('SELECT period::text FROM reporting.period WHERE closed_at IS NULL')).toEqual([
      { period: today },
    ]);
    await db.project([requested('after')]);
    expect(await db.rows('SELECT period::text FROM reporting.message')).toEqual([{ period: today }]);
  });

  const dropTables = async (day: string) => {
    for (const table of ['message', 'event', 'recipient'])
      await db.rows(`DROP TABLE IF EXISTS reporting.${table}_${day.replaceAll('-', '')}`);
  };

  it('that cannot be opened leave the one before open, and facts go on', async () => {
    await db.rows('UPDATE reporting.period SET closed_at = now() WHERE closed_at IS NULL');
    await db.rows("SELECT reporting.make_period('2020-07-01')");
    await db.rows("UPDATE reporting.period SET opened_at = now() - interval '23 days' WHERE period = '2020-07-01'");
    // Its table is there already, for whatever reason.
    await expect(db.periods.openNext(22)).rejects.toThrow();
    await db.project([requested('goes-on')]);
    expect(await db.rows('SELECT period::text FROM reporting.message')).toEqual([{ period: '2020-07-01' }]);
  });
});
