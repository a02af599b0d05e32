import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Waiting, WaitingMessages } from './waiting.port.ts';

@Injectable()
export class PostgresWaitingMessages extends WaitingMessages {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async count(most: number): Promise<Waiting> {
    const { rows } = await database('waiting', () =>
      this.pool.query<{ scheduled: number; parked: number; letters: number; lateness: number }>({
        name: 'waiting',
        text: waitingSql,
        values: [most],
      }),
    );
    const { scheduled, parked, letters, lateness } = rows[0]!;
    return { scheduled, parked, openLetters: letters, latenessS: lateness };
  }
}

// Each part by its partial index, whose conditions are repeated word by word.
const waitingSql = `
SELECT (SELECT count(*)::int FROM (
          SELECT 1 FROM retry.schedule
           WHERE state = 'pending' AND waits_for IS NULL AND (mode <> 'send' OR kind <> 'unknown') LIMIT $1) s)
         AS scheduled,
       (SELECT count(*)::int FROM (
          SELECT 1 FROM retry.schedule WHERE state = 'pending' AND waits_for IS NOT NULL LIMIT $1) p) AS parked,
       (SELECT count(*)::int FROM (SELECT 1 FROM retry.letter WHERE state = 'open' LIMIT $1) l) AS letters,
       coalesce((
         SELECT max(extract(epoch FROM now() - oldest.due_at))
           FROM (VALUES ('urgent'), ('transactional'), ('bulk')) AS l(lane)
          CROSS JOIN LATERAL (
            SELECT due_at FROM retry.schedule
             WHERE state = 'pending' AND waits_for IS NULL AND (mode <> 'send' OR kind <> 'unknown')
               AND lane = l.lane AND due_at < now()
             ORDER BY due_at LIMIT 1) oldest), 0)::float8 AS lateness`;
