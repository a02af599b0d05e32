import { type Finding, findingsOf } from '#libs/providers';
import type { Pool } from '#libs/persistence';
import { withDatabase } from '../environment/external.ts';
import { reasonOf } from '../errors.ts';
import type { Env } from '../environment/env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);

/** Rows that wait in vain (docs/adr/0011): the table, and its rows that were published three times. */
const waiting = [
  {
    what: 'released by retry',
    needs: 'retry.schedule_published',
    from: "retry.schedule WHERE state = 'published' AND again >= 3",
  },
  { what: 'handed over by email', needs: 'email.handover', from: 'email.handover WHERE again >= 3' },
  { what: 'handed over by sms', needs: 'sms.handover', from: 'sms.handover WHERE again >= 3' },
];

/** Checks whether messages are stuck although they were published several times. */
export async function examineStuckMessages(url: string, env: Env): Promise<Finding> {
  try {
    const state = await withDatabase(url, env, async (pool) =>
      Promise.all(waiting.map(async ({ what, needs, from }) => ({ what, messages: await countOf(pool, needs, from) }))),
    );
    const some = state.filter(({ messages }) => messages > 0);
    if (some.length === 0) return say.ok('postgres.stuck-messages', 'none does');
    return say.fail('postgres.stuck-messages', some.map(({ what, messages }) => `${messages} ${what}`).join(', '));
  } catch (error) {
    return say.skipped('postgres.stuck-messages', `this login may not look: ${reasonOf(error)}`);
  }
}

/** None where the table does not exist yet. */
async function countOf(pool: Pool, needs: string, from: string): Promise<number> {
  const {
    rows: [there],
  } = await pool.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [needs]);
  if (!there?.there) return 0;
  const { rows } = await pool.query<{ messages: number }>(`SELECT count(*)::int AS messages FROM ${from}`);
  return rows[0]!.messages;
}
