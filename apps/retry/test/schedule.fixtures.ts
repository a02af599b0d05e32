import type { SendDeferred } from '#libs/contracts';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import type { Decision, Known, Plan } from '../src/plan/decision.ts';
import type { Question } from '../src/plan/decisions.port.ts';
import { PostgresAnswers } from '../src/answer/answers.store.ts';
import { PostgresControls } from '#libs/runtime';
import { PostgresCancelledPlans } from '../src/controls/cancelled-plans.store.ts';
import { PostgresHolds } from '../src/holds/holds.store.ts';
import { PostgresParkedPlans } from '../src/park/parked-plans.store.ts';
import { PostgresDecisions } from '../src/plan/decisions.store.ts';
import { PostgresOrderedPlans } from '../src/release/ordered-plans.store.ts';
import { PostgresDuePlans } from '../src/release/due-plans.store.ts';
import { migrations } from '../src/retry.migrations.ts';
import { PostgresStops } from '../src/stop/stops.store.ts';
import { PostgresRetention } from '../src/cleanup/retention.store.ts';

export const past = '2020-01-01T00:00:00.000Z';
export const future = '2040-01-01T00:00:00.000Z';

const settings = {
  RETRY_BATCH: 500,
  RETRY_LEASE_MS: 30_000,
  RETRY_PLAN_RETENTION_MS: 86_400_000,
  RETRY_PROGRESS_RETENTION_MS: 14 * 86_400_000,
  RETRY_LETTER_RETENTION_MS: 35 * 86_400_000,
  RETRY_ANSWER_MS: 30_000,
  RETRY_CLEANUP_MS: 60_000,
};

export interface PlanRow {
  message_id: string;
  hop: number;
  state: string;
  mode: string;
}

export interface Schedule {
  pool: Pool;
  decisions: PostgresDecisions;
  stops: PostgresStops;
  answers: PostgresAnswers;
  /** What one replica releases from. */
  aReplica(more?: Partial<typeof settings>): PostgresDuePlans;
  retention: PostgresRetention;
  holds: PostgresHolds;
  controls: PostgresControls;
  cancelledPlans: PostgresCancelledPlans;
  orderedPlans: PostgresOrderedPlans;
  /** What one replica brings forward from. */
  parkedPlans(): PostgresParkedPlans;
  /** Each plan as the table holds it. */
  rows(): Promise<PlanRow[]>;
  drop(): Promise<void>;
}

/** The schedule in a database of its own. */
export async function aSchedule(): Promise<Schedule> {
  const database: TestDatabase = await aDatabase();
  const pool = database.pool();
  await migrate(pool, 'retry', migrations);
  return {
    pool,
    decisions: new PostgresDecisions(pool),
    stops: new PostgresStops(pool),
    answers: new PostgresAnswers(pool, settings),
    aReplica: (more = {}) => new PostgresDuePlans(pool, { ...settings, ...more }),
    holds: new PostgresHolds(pool),
    controls: new PostgresControls(pool, 'retry'),
    cancelledPlans: new PostgresCancelledPlans(pool),
    orderedPlans: new PostgresOrderedPlans(pool, settings),
    parkedPlans: () => new PostgresParkedPlans(pool),
    retention: new PostgresRetention(pool, settings, { add: () => undefined }),
    rows: async () =>
      (await pool.query<PlanRow>('SELECT message_id, hop, state, mode FROM retry.schedule ORDER BY message_id')).rows,
    drop: () => database.drop(),
  };
}

export const planned = (dueAt: string, more: Partial<Plan> = {}): Decision => ({
  outcome: 'planned',
  at: past,
  facts: [],
  plan: { mode: 'send', kind: 'failed', dueAt, why: 'Tried again.', ...more },
});

/** Asks for a decision that is given beforehand. */
export const asking = (deferred: SendDeferred, decision: Decision | ((known: Known) => Decision)): Question => ({
  deferred,
  trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  decide: typeof decision === 'function' ? decision : () => decision,
});
