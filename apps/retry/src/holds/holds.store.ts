import { holdKey, type ProviderChanged } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { lastsMs } from './hold.policy.ts';
import { Holds, type Position, type Positions } from './holds.port.ts';

@Injectable()
export class PostgresHolds extends Holds {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async apply(change: ProviderChanged, at: Position, ageMs = 0): Promise<void> {
    await database('hold', () =>
      this.pool.query({
        name: 'hold',
        text: applySql,
        values: [
          holdKey(change),
          change.holdId,
          change.seq,
          change.state === 'held',
          lastsMs(change, ageMs),
          at.topic,
          at.partition,
          at.offset + 1,
        ],
      }),
    );
  }

  async markRead(topic: string, upTo: Positions): Promise<void> {
    await database('hold', () =>
      this.pool.query(
        `INSERT INTO retry.followed AS f (topic, partition, next_offset)
         SELECT $1, * FROM unnest($2::int[], $3::bigint[])
         ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(f.next_offset, excluded.next_offset)`,
        [topic, [...upTo.keys()], [...upTo.values()]],
      ),
    );
  }

  async readUpTo(topic: string): Promise<Positions> {
    const { rows } = await database('hold', () =>
      this.pool.query<{ partition: number; offset: number }>(
        'SELECT partition, next_offset AS "offset" FROM retry.followed WHERE topic = $1',
        [topic],
      ),
    );
    return new Map(rows.map(({ partition, offset }) => [partition, offset]));
  }
}

// One statement, one transaction. A longer hold under the same id goes on; another id begins anew.
const applySql = `
WITH read AS (
  INSERT INTO retry.followed AS f (topic, partition, next_offset) VALUES ($6, $7, $8)
  ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(f.next_offset, excluded.next_offset)
)
INSERT INTO retry.hold AS h (key, hold_id, seq, held_at, until)
VALUES ($1, $2, $3, CASE WHEN $4 THEN now() ELSE to_timestamp(0) END, now() + $5::bigint * interval '1 millisecond')
ON CONFLICT (key) DO UPDATE SET hold_id = excluded.hold_id, seq = excluded.seq, until = excluded.until,
  held_at = CASE WHEN h.hold_id <> excluded.hold_id THEN greatest(h.held_at, excluded.held_at) ELSE h.held_at END
  WHERE h.seq < excluded.seq`;
