import type { ResendPlan } from '#libs/delivery';
import { database, type Migration, type Pool } from '#libs/persistence';
import type { Jobs } from '#libs/runtime';
import { ResendPlans } from './resend-plans.port.ts';

export const resendPlanMigration: Migration = {
  name: '102-sms-standby',
  sql: `
    CREATE TABLE standby (
      id uuid NOT NULL,
      hop smallint NOT NULL,
      -- json, not jsonb: jsonb refuses texts that hold U+0000.
      standby json NOT NULL,
      kept_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (id, hop)
    );
    CREATE INDEX standby_kept_at ON standby (kept_at);
    COMMENT ON TABLE standby
      IS 'Requests that WhatsApp may give back, so that their template goes instead; for two days.'`,
};

export const resendPlanNamesMigration: Migration = {
  name: '103-field-terms',
  sql: `
    ALTER TABLE standby RENAME TO resend_plan;
    ALTER TABLE resend_plan RENAME COLUMN standby TO plan;
    ALTER INDEX standby_kept_at RENAME TO resend_plan_kept_at;
    ALTER INDEX standby_pkey RENAME TO resend_plan_pkey`,
};

const HOUR_MS = 3_600_000;

/**
 * Twilio queues a message for ten hours at most, so the acceptance of one older than two days is not revoked any more.
 * Its row contains an address and content, so it is deleted, even if no new rows are written.
 */
export class PostgresResendPlans extends ResendPlans {
  private readonly pool: Pool;

  constructor(pool: Pool, jobs: Pick<Jobs, 'add'>) {
    super();
    this.pool = pool;
    jobs.add({ name: 'resend plans', everyMs: HOUR_MS, round: () => this.cleanup() });
  }

  async keep(id: string, resendPlan: ResendPlan): Promise<void> {
    await this.query('INSERT INTO sms.resend_plan (id, hop, plan) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      id,
      resendPlan.deferred.hop,
      JSON.stringify(resendPlan),
    ]);
  }

  async of(id: string, hop: number): Promise<ResendPlan | undefined> {
    const [row] = await this.query<{ plan: ResendPlan }>(
      `SELECT plan FROM sms.resend_plan WHERE id = $1 AND hop = $2 AND kept_at > now() - interval '2 days'`,
      [id, hop],
    );
    return row?.plan;
  }

  private async cleanup(): Promise<void> {
    await this.query(`DELETE FROM sms.resend_plan WHERE kept_at < now() - interval '2 days'`, []);
  }

  private async query<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    return (await database('resend plan', () => this.pool.query<T>(text, values))).rows;
  }
}
