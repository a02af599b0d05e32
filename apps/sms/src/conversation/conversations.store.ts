import { database, type Migration, type Pool } from '#libs/persistence';
import type { Jobs } from '#libs/runtime';
import { Conversations, type Participants } from './conversations.port.ts';

export const conversationMigration: Migration = {
  name: '100-sms-conversation',
  sql: `
    CREATE TABLE conversation (
      recipient text NOT NULL,
      business text NOT NULL,
      heard_at timestamptz NOT NULL,
      PRIMARY KEY (recipient, business)
    ) WITH (fillfactor = 70);
    CREATE INDEX conversation_heard_at ON conversation (heard_at)`,
};

const HOUR_MS = 3_600_000;

/** One row per person and sender of ours. Rows older than two days are deleted, because they cannot open a window. */
export class PostgresConversations extends Conversations {
  private readonly pool: Pool;

  constructor(pool: Pool, jobs: Pick<Jobs, 'add'>) {
    super();
    this.pool = pool;
    jobs.add({ name: 'conversations', everyMs: HOUR_MS, round: () => this.cleanup() });
  }

  async heard({ recipient, business, at }: Participants & { business: string; at: Date }): Promise<void> {
    await this.query(
      `INSERT INTO sms.conversation AS c (recipient, business, heard_at) VALUES ($1, $2, $3)
       ON CONFLICT (recipient, business) DO UPDATE SET heard_at = greatest(c.heard_at, excluded.heard_at)`,
      [recipient, business, at],
    );
  }

  async lastHeard({ recipient, business }: Participants): Promise<number | undefined> {
    const [row] = await this.query<{ heard_at: Date | null }>(
      'SELECT max(heard_at) AS heard_at FROM sms.conversation WHERE recipient = $1 AND ($2::text IS NULL OR ' +
        'business = $2)',
      [recipient, business ?? null],
    );
    return row?.heard_at?.getTime();
  }

  async forget(recipient: string): Promise<void> {
    await this.query('DELETE FROM sms.conversation WHERE recipient = $1', [recipient]);
  }

  private async cleanup(): Promise<void> {
    await this.query(`DELETE FROM sms.conversation WHERE heard_at < now() - interval '2 days'`, []);
  }

  private async query<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    return (await database('conversation', () => this.pool.query<T>(text, values))).rows;
  }
}
