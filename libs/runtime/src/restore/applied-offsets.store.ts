import { database, type Pool, transaction } from '#libs/persistence';
import type { Offsets } from '#libs/transport';
import { greatest, partitionOf } from './positions.policy.ts';

/** Stands for all topics, in a schema that had content before its offsets were kept. */
const EARLIER = '*';

/**
 * How far each topic has been applied to a service's schema: its table `followed`. Written after the rows it is about
 * and before Kafka has the commit, so that in one and the same state of the database it is never ahead of them, and
 * never behind the group.
 */
export class AppliedOffsets {
  /**
   * What this process has seen of the table. A table that shows less was set back meanwhile; so this is kept in memory.
   */
  private seen: Offsets = new Map();

  constructor(
    private readonly pool: Pool,
    private readonly schema: string,
  ) {}

  /**
   * Everything that is applied.
   * @param committed what the group has committed, asked for before: a schema that did not keep offsets takes it over
   * @throws InfrastructureDown when PostgreSQL cannot be reached
   */
  async all(committed: Offsets): Promise<Offsets> {
    const known = await this.read();
    if (!known.has(`${EARLIER}/0`)) return known;
    await this.raise(committed);
    await this.run(`DELETE FROM ${this.schema}.followed WHERE topic = $1`, [EARLIER]);
    return this.read();
  }

  /** What the table says now. @throws InfrastructureDown when PostgreSQL cannot be reached */
  known(): Promise<Offsets> {
    return this.read();
  }

  /** From now on the table must not show less than it shows now. @throws InfrastructureDown */
  async begin(): Promise<void> {
    this.seen = await this.read();
  }

  /** @returns whether the table shows less than it did. @throws InfrastructureDown */
  async wasSetBack(): Promise<boolean> {
    // What is written while it is read may be missing in what was read: that is not looked for.
    const before = this.seen;
    const now = await this.read();
    const lower = [...before].some(([partition, offset]) => (now.get(partition) ?? 0) < offset);
    if (!lower) this.seen = greatest(this.seen, now);
    return lower;
  }

  /**
   * Writes what has been applied, before it is committed.
   * @returns false where the table shows less than it did: then nothing may be committed
   * @throws InfrastructureDown
   */
  async keep(offsets: Offsets): Promise<boolean> {
    const rows = [...offsets].map(([name, next]) => ({ ...partitionOf(name), next, seen: this.seen.get(name) ?? 0 }));
    const { rows: kept } = await database('offsets', () =>
      this.pool.query<{ topic: string; partition: number; next_offset: number }>({
        name: 'applied',
        text: keepSql(this.schema),
        values: [
          rows.map(({ topic }) => topic),
          rows.map(({ partition }) => partition),
          rows.map(({ next }) => next),
          rows.map(({ seen }) => seen),
        ],
      }),
    );
    const written = kept.map((row) => [`${row.topic}/${row.partition}`, row.next_offset] as const);
    this.seen = greatest(this.seen, new Map(written));
    return kept.length === rows.length;
  }

  /** Everything before these offsets is applied; where more is, that stays. @throws InfrastructureDown */
  async raise(offsets: Offsets): Promise<void> {
    await this.write(offsets, 'greatest(f.next_offset, excluded.next_offset)');
  }

  /** The topics were made anew: these are the offsets, also where they are lower. @throws InfrastructureDown */
  async reset(offsets: Offsets): Promise<void> {
    await this.write(offsets, 'excluded.next_offset');
  }

  private async write(offsets: Offsets, next: string): Promise<void> {
    const rows = [...offsets].map(([name, offset]) => ({ ...partitionOf(name), offset }));
    await database('offsets', () =>
      transaction(this.pool, (client) =>
        client.query(
          `INSERT INTO ${this.schema}.followed AS f (topic, partition, next_offset)
           SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) AS g(topic, partition, next_offset) ORDER BY 1, 2
           ON CONFLICT (topic, partition) DO UPDATE SET next_offset = ${next}`,
          [rows.map(({ topic }) => topic), rows.map(({ partition }) => partition), rows.map(({ offset }) => offset)],
        ),
      ),
    );
  }

  private async read(): Promise<Offsets> {
    const rows = await this.run<{ name: string; offset: number }>(
      `SELECT topic || '/' || partition AS name, next_offset AS "offset" FROM ${this.schema}.followed`,
    );
    return new Map(rows.map(({ name, offset }) => [name, offset]));
  }

  private async run<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await database('offsets', () => this.pool.query<R>(text, values))).rows;
  }
}

// A row that is lower than this process has seen it, or gone, is left as it is: it is the only trace of a restore.
const keepSql = (schema: string) => `
INSERT INTO ${schema}.followed AS f (topic, partition, next_offset)
SELECT g.topic, g.partition, g.next_offset
  FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) AS g(topic, partition, next_offset, seen)
 WHERE g.seen = 0 OR EXISTS (SELECT 1 FROM ${schema}.followed k
   WHERE k.topic = g.topic AND k.partition = g.partition AND k.next_offset >= g.seen)
 ORDER BY g.topic, g.partition
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(f.next_offset, excluded.next_offset)
RETURNING topic, partition, next_offset`;
