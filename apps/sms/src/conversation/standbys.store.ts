import type { Standby } from '#libs/delivery';
import { database, type Migration, type Pool } from '#libs/persistence';
import { Standbys } from './standbys.port.ts';

export const standbyMigration: Migration = {
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
    COMMENT ON TABLE standby IS 'Requests that WhatsApp may give back, so that their template goes instead; for two days.'`,
};

const HOUR_MS = 3_600_000;

/** Twilio queues a message ten hours at the most: what is older than two days is not given back any more, and goes. */
export class PostgresStandbys extends Standbys {
  private readonly pool: Pool;
  private tidyAt = 0;

  constructor(pool: Pool) {
    super();
    this.pool = pool;
  }

  async keep(id: string, standby: Standby): Promise<void> {
    await this.query('INSERT INTO sms.standby (id, hop, standby) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [id, standby.deferred.hop, JSON.stringify(standby)]);
    if (performance.now() < this.tidyAt) return;
    this.tidyAt = performance.now() + HOUR_MS;
    await this.query(`DELETE FROM sms.standby WHERE kept_at < now() - interval '2 days'`, []);
  }

  async of(id: string, hop: number): Promise<Standby | undefined> {
    const [row] = await this.query<{ standby: Standby }>('SELECT standby FROM sms.standby WHERE id = $1 AND hop = $2', [id, hop]);
    return row?.standby;
  }

  private async query<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    return (await database('standby', () => this.pool.query<T>(text, values))).rows;
  }
}
