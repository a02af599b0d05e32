import { bisect, type Refused } from '#libs/batching';
import { database, isDataError, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { Handovers, type IdentifiedHandover, type KeptHandover, type OverdueHandovers } from './handovers.port.ts';

/** Maximum number that is published again at once; the others follow in the next round. */
const PORTION = 200;
/** After this many times a message counts as stuck. */
export const STANDS_STILL_AFTER = 3;

interface Decided {
  id: string;
  hop: number;
}

/** One row for each message that waits for retry's decision, written and deleted in micro-batches. */
export class PostgresHandovers extends Handovers {
  private readonly pool: Pool;
  private readonly table: string;
  private readonly answerMs: number;
  private readonly deleting: MicroBatch<Decided, true>;

  constructor({ pool, schema, answerMs }: { pool: Pool; schema: string; answerMs: number }) {
    super();
    this.pool = pool;
    this.table = `${schema}.handover`;
    this.answerMs = answerMs;
    this.deleting = microBatch({ size: 500, lingerMs: 5 }, (all) => this.deleteAll(all));
  }

  async keep(handovers: readonly IdentifiedHandover[]): Promise<(true | Refused)[]> {
    if (handovers.length === 0) return [];
    return bisect(handovers, (part) => database('hand over', () => this.keepAll(part)), isDataError);
  }

  async decided(id: string, hop: number): Promise<void> {
    await database('hand over', () => this.deleting.add({ id, hop }));
  }

  async overdue(): Promise<OverdueHandovers> {
    const text = `
      SELECT clock_timestamp() AS now,
             EXISTS (SELECT 1 FROM ${this.table}
               WHERE kept_at < clock_timestamp() - $1::bigint * interval '1 millisecond') AS any,
             (SELECT count(*)::int FROM ${this.table}
               WHERE again >= $2::int
                 AND kept_at < clock_timestamp() - $1::bigint * interval '1 millisecond') AS stuck`;
    const { rows } = await database('hand over', () =>
      this.pool.query<OverdueHandovers>(text, [this.answerMs, STANDS_STILL_AFTER]),
    );
    return rows[0]!;
  }

  async takeAgain(upTo: Date): Promise<KeptHandover[]> {
    const text = `
      UPDATE ${this.table} SET again = again + 1, kept_at = clock_timestamp()
       WHERE (id, hop) IN (
         SELECT id, hop FROM ${this.table}
          WHERE kept_at <= $1
            AND kept_at < clock_timestamp() - $2::bigint * interval '1 millisecond' * 2 ^ least(again, 6)
          ORDER BY kept_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      RETURNING deferred, trace`;
    const { rows } = await database('hand over', () =>
      this.pool.query<KeptHandover>(text, [upTo, this.answerMs, PORTION]),
    );
    return rows;
  }

  private async keepAll(all: readonly IdentifiedHandover[]): Promise<true[]> {
    // One statement cannot update a row twice. Two hand-overs of one hop are equal, unless Kafka has refused the first.
    const each = [...new Map(all.map((kept) => [`${kept.id}/${kept.deferred.hop}`, kept])).values()];
    await this.pool.query({
      name: 'keep handovers',
      text: `
        INSERT INTO ${this.table} AS h (id, hop, deferred, trace, kept_at)
        SELECT *, clock_timestamp() FROM unnest($1::uuid[], $2::smallint[], $3::json[], $4::json[]) AS t(id, hop,
          deferred, trace) ORDER BY id, hop
        ON CONFLICT (id, hop) DO UPDATE SET kept_at = excluded.kept_at, deferred = excluded.deferred,
          trace = excluded.trace`,
      values: [
        each.map(({ id }) => id),
        each.map(({ deferred }) => deferred.hop),
        each.map(({ deferred }) => JSON.stringify(deferred)),
        each.map(({ trace }) => JSON.stringify(trace)),
      ],
    });
    return all.map(() => true);
  }

  private async deleteAll(all: readonly Decided[]): Promise<true[]> {
    await this.pool.query({
      name: 'handovers decided',
      text:
        `DELETE FROM ${this.table} h USING (SELECT id, hop FROM unnest($1::uuid[], $2::smallint[]) AS t(id, hop)) ` +
        'd WHERE h.id = d.id AND h.hop <= d.hop',
      values: [all.map(({ id }) => id), all.map(({ hop }) => hop)],
    });
    return all.map(() => true);
  }
}
