import { database, type Pool } from '#libs/persistence';

/** Loops start with the process, the schema may come later. */
export class SchemaWatch {
  private readonly pool: Pool;
  private there = false;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Whether the newest part that a loop needs is there. @throws InfrastructureDown when Postgres cannot be reached. */
  async isThere(): Promise<boolean> {
    if (this.there) return true;
    const { rows } = await database('start', () =>
      this.pool.query<{ there: boolean }>(`SELECT to_regclass('retry.schedule_published') IS NOT NULL AS there`),
    );
    this.there = rows[0]?.there ?? false;
    return this.there;
  }
}
