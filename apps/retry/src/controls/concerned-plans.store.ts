import type { SendDue } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { type Narrowed, PlannedSends } from './concerned-plans.port.ts';

const PORTION = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class PostgresPlannedSends extends PlannedSends {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async portion(
    { channel, tenant, lane }: Narrowed,
    after: string | null,
  ): Promise<{ plans: SendDue[]; upTo: string | null }> {
    const values = [after ?? FIRST, channel ?? null, tenant ?? null, lane ?? null, PORTION];
    const { rows } = await database('preview', () =>
      this.pool.query<{ id: string; payload: string }>({ name: 'planned sends', text: sql, values }),
    );
    return {
      plans: rows.map(({ payload }) => readPayload(payload)),
      upTo: rows.length < PORTION ? null : rows.at(-1)!.id,
    };
  }
}

// What goes again after a lost answer waits for proof: a pause changes nothing about when it expires.
const sql = `
SELECT id, payload::text AS payload FROM retry.schedule
 WHERE id > $1::uuid AND state = 'pending' AND mode = 'send' AND kind <> 'unknown'
   AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR lane = $4)
 ORDER BY id LIMIT $5`;
