import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Counted, WaitingMessages } from './waiting.port.ts';

@Injectable()
export class PostgresWaitingMessages extends WaitingMessages {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async count(most: number): Promise<Counted> {
    const { rows } = await database('waiting', () =>
      this.pool.query<Counted>({ name: 'waiting', text: waitingSql, values: [most] }),
    );
    return rows[0]!;
  }

  async latenessS(): Promise<number> {
    const { rows } = await database('lateness', () =>
      this.pool.query<{ lateness: number }>({ name: 'lateness', text: latenessSql }),
    );
    return rows[0]!.lateness;
  }
}

/** As the index of what is due has it: word by word. */
const free = `state = 'pending' AND waits_for IS NULL AND position IS NULL AND (mode <> 'send' OR kind <> 'unknown')`;
/** As the index of what goes in the order of its key has it. */
const inOrder = `state IN ('pending', 'releasing') AND waits_for IS NULL AND position IS NOT NULL`;

const waitingSql = `
SELECT (SELECT count(*)::int FROM (
          (SELECT 1 FROM retry.schedule WHERE ${free} LIMIT $1)
          UNION ALL
          (SELECT 1 FROM retry.schedule WHERE ${inOrder} AND state = 'pending' LIMIT $1)
          LIMIT $1) s) AS scheduled,
       (SELECT count(*)::int FROM (
          SELECT 1 FROM retry.schedule WHERE state = 'pending' AND waits_for IS NOT NULL LIMIT $1) p) AS parked,
       (SELECT count(*)::int FROM (SELECT 1 FROM retry.letter WHERE state = 'open' LIMIT $1) l) AS "openLetters"`;

// The earliest of each lane, and of those in order: by their indexes, not by the whole schedule.
const latenessSql = `
SELECT greatest(0, (SELECT extract(epoch FROM now() - min(due_at)) FROM (
  SELECT oldest.due_at FROM (VALUES ('urgent'), ('transactional'), ('bulk')) AS l(lane)
   CROSS JOIN LATERAL (
     SELECT due_at FROM retry.schedule WHERE ${free} AND lane = l.lane ORDER BY due_at LIMIT 1) oldest
  UNION ALL
  (SELECT due_at FROM retry.schedule WHERE ${inOrder} AND state = 'pending' ORDER BY due_at LIMIT 1)) all_lanes
))::float8 AS lateness`;
