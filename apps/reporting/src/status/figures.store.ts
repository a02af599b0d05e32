import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Figures, StatusFigures } from './figures.port.ts';

@Injectable()
export class PostgresFigures extends StatusFigures {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async read(): Promise<Figures> {
    const [letters, quarantined] = await database('status', () =>
      Promise.all([
        this.pool.query<{ open: number }>(
          "SELECT count(*)::int AS open FROM reporting.dead_letter WHERE state = 'open'",
        ),
        this.pool.query<Figures['quarantined'][number]>(
          `SELECT code, origin, count(*)::int AS records FROM reporting.unreadable
            WHERE at > now() - interval '1 day' AND code <> 'MSG_OTHER_EVENT'
            GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20`,
        ),
      ]),
    );
    return { openLetters: letters.rows[0]!.open, quarantined: quarantined.rows };
  }
}
