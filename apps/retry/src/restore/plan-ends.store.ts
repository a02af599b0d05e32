import { type Identity, identityKey } from '#libs/contracts';
import { database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { PlanEnds } from './plan-ends.port.ts';

interface End {
  id: string;
  hop: number;
}

@Injectable()
export class PostgresPlanEnds extends PlanEnds {
  private readonly ends: MicroBatch<End, true>;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.ends = microBatch({ size: 500, lingerMs: 5 }, (ends) => this.endAll(ends));
  }

  async endUpTo(of: Identity, hop: number): Promise<void> {
    await database('restore', () => this.ends.add({ id: identityKey(of), hop }));
  }

  async isAccepted(of: Identity): Promise<boolean> {
    const { rows } = await database('restore', () =>
      this.pool.query<{ accepted: boolean }>('SELECT accepted FROM retry.progress WHERE id = $1', [identityKey(of)]),
    );
    return rows[0]?.accepted ?? false;
  }

  private async endAll(ends: readonly End[]): Promise<true[]> {
    await this.pool.query(endSql, [ends.map(({ id }) => id), ends.map(({ hop }) => hop)]);
    return ends.map(() => true);
  }
}

const endSql = `
UPDATE retry.schedule s
   SET state = 'answered', ended_at = coalesce(s.ended_at, now()), lease_token = NULL, lease_until = NULL
  FROM (SELECT id, max(hop) AS hop FROM unnest($1::uuid[], $2::int[]) AS t(id, hop) GROUP BY id) i
 WHERE s.id = i.id AND s.hop <= i.hop AND s.state IN ('pending', 'releasing', 'published')`;
