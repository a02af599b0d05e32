import { holdKey, type ProviderChanged } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { lastsMs } from './hold.policy.ts';
import { Holds } from './holds.port.ts';

@Injectable()
export class PostgresHolds extends Holds {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async apply(change: ProviderChanged, ageMs = 0): Promise<void> {
    await database('hold', () =>
      this.pool.query({
        name: 'hold',
        text: applySql,
        values: [holdKey(change), change.holdId, change.seq, change.state === 'held', lastsMs(change, ageMs)],
      }),
    );
  }
}

// A longer hold under the same id goes on; another id begins anew.
const applySql = `
INSERT INTO retry.hold AS h (key, hold_id, seq, held_at, until)
VALUES ($1, $2, $3, CASE WHEN $4 THEN now() ELSE to_timestamp(0) END, now() + $5::bigint * interval '1 millisecond')
ON CONFLICT (key) DO UPDATE SET hold_id = excluded.hold_id, seq = excluded.seq, until = excluded.until,
  held_at = CASE WHEN h.hold_id <> excluded.hold_id THEN greatest(h.held_at, excluded.held_at) ELSE h.held_at END
  WHERE h.seq < excluded.seq`;
