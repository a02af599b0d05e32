import { database, type Pool, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Projection } from './projection.port.ts';
import { WaitingFacts } from './waiting-facts.port.ts';
import { giveUpWaiting, messagesThatCame } from './waiting.store.ts';

@Injectable()
export class PostgresWaitingFacts extends WaitingFacts {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Projection) private readonly projection: Pick<Projection, 'joinWaiting'>,
  ) {
    super();
  }

  async joinLate(most: number): Promise<number> {
    const { ids, looked } = await database('waiting', () =>
      transaction(this.pool, (client) => messagesThatCame(client, most)),
    );
    await this.projection.joinWaiting(ids);
    return looked;
  }

  giveUp(days: number, most: number): Promise<{ source: string; status: string; facts: number }[]> {
    return database('late', () => transaction(this.pool, (client) => giveUpWaiting(client, days, most)));
  }
}
