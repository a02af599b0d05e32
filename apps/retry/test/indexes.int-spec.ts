import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { PostgresWaitingMessages } from '../src/backlog/waiting.store.ts';
import { asking, aSchedule, future, planned, type Schedule } from './schedule.fixtures.ts';

const MANY = 20_000;

let schedule: Schedule;
beforeEach(async () => {
  schedule = await aSchedule();
});
afterEach(() => schedule.drop());

/** Makes a schedule of one plan repeated, of which PostgreSQL knows how much it is. @param change of each */
async function keepMany(change: string): Promise<void> {
  await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'm-1' }), planned(future)));
  const { rows } = await schedule.pool.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'retry' AND table_name = 'schedule' AND column_name <> 'id' AND is_generated = 'NEVER'`,
  );
  const names = rows.map(({ name }) => `"${name}"`).join(', ');
  await schedule.pool.query(
    `INSERT INTO retry.schedule (id, ${names})
     SELECT gen_random_uuid(), ${names} FROM retry.schedule, generate_series(1, ${MANY})`,
  );
  await schedule.pool.query(`UPDATE retry.schedule SET ${change}`);
  await schedule.pool.query('ANALYZE retry.schedule');
}

/** How often the whole schedule was read. */
async function wholeReads(): Promise<number> {
  await schedule.pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await schedule.pool.query<{ reads: number }>(
    "SELECT seq_scan::int AS reads FROM pg_stat_user_tables WHERE schemaname = 'retry' AND relname = 'schedule'",
  );
  return rows[0]!.reads;
}

const condition = 'route:["email",["x","a"]]';

it.each([
  ['waits for its time', "state = 'pending'"],
  ['was released just now', "state = 'published', ended_at = now()"],
  [
    'is parked and rests',
    `waits_for = md5('${condition}')::uuid, not_before = now() + interval '1 hour', requested_at = now()`,
  ],
  ['waits for the evidence of its call', "kind = 'unknown'"],
])(
  'what retry looks for again and again is found by indexes, however much %s',
  async (_, change) => {
    await keepMany(change);
    await schedule.pool.query('INSERT INTO retry.condition (id, key, rate) VALUES (md5($1)::uuid, $1, 10)', [
      condition,
    ]);
    const [replica, parked] = [schedule.aReplica(), schedule.parkedPlans()];
    const messages = new PostgresWaitingMessages(schedule.pool);
    const before = await wholeReads();
    for (let round = 0; round < 8; round += 1) {
      await messages.latenessS();
      await schedule.answers.overdue();
      await replica.waitingResends();
      await replica.take({});
      await parked.bringForward(() => ({ portion: 0 }) as never);
      await parked.bringLongest();
    }
    expect((await wholeReads()) - before).toBe(0);
  },
  30_000,
);
