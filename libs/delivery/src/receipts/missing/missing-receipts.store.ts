import { columnsOf, database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import type { LastAnswer } from './look.policy.ts';
import {
  type Looked,
  type Missing,
  MissingReceipts,
  type NewMissing,
  type ProviderReceipts,
} from './missing-receipts.port.ts';
import { missingReceiptSql } from './missing-receipts.sql.ts';

interface Ended {
  id: string;
  hop: number;
  recipient: string | undefined;
}

interface Row {
  id: string;
  hop: number;
  looks: number;
  answer: LastAnswer;
  open: string[];
  missing: Missing['missing'];
}

/** What nobody knows who took. */
const NOBODY = '';

/** Missing receipts as rows of the channel's schema. The database's clock rules. */
export class PostgresMissingReceipts extends MissingReceipts {
  private readonly pool: Pool;
  private readonly sql: ReturnType<typeof missingReceiptSql>;
  private readonly adding: MicroBatch<NewMissing, true>;
  private readonly ending: MicroBatch<Ended, true>;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.sql = missingReceiptSql(schema);
    this.adding = microBatch({ size: 500, lingerMs: 5 }, (all) => this.addAll(all));
    this.ending = microBatch({ size: 500, lingerMs: 5 }, (all) => this.endAll(all));
  }

  async add(message: NewMissing): Promise<void> {
    await database('missing receipts', () => this.adding.add(message));
  }

  async ended(id: string, hop: number, recipient: string | undefined): Promise<void> {
    await database('missing receipts', () => this.ending.add({ id, hop, recipient }));
  }

  async due(providers: readonly string[]): Promise<{ any: boolean; due: string[] }> {
    const [row] = await this.query<{ any: boolean; due: string[] }>(this.sql.due, [providers]);
    return row!;
  }

  async turns(provider: string, everyMs: number): Promise<number> {
    const [row] = await this.query<{ turns: number }>(this.sql.turns, [provider, everyMs]);
    return row?.turns ?? 0;
  }

  async rest(provider: string, ms: number): Promise<void> {
    await this.query(this.sql.rest, [provider, ms]);
  }

  take(provider: string, most: number): Promise<Missing[]> {
    return this.query<Row>(this.sql.take, [provider, most]);
  }

  takeOverdue(most: number): Promise<Missing[]> {
    return this.query<Row>(this.sql.takeOverdue, [most]);
  }

  async keep(looked: readonly Looked[]): Promise<void> {
    if (looked.length > 0) await this.query(this.sql.keep, [JSON.stringify(looked)]);
  }

  async remove(ended: readonly { id: string; hop: number }[]): Promise<void> {
    if (ended.length > 0) await this.query(this.sql.remove, columnsOf(ended, 'id', 'hop'));
  }

  note(seen: readonly string[], missed: ReadonlyMap<string, number>): Promise<ProviderReceipts[]> {
    return this.query<ProviderReceipts>(this.sql.note, [seen, [...missed.keys()], [...missed.values()]]);
  }

  private async addAll(all: readonly NewMissing[]): Promise<true[]> {
    const rows = [...new Map(all.map((one) => [`${one.id}/${one.missing.hop}`, one])).values()].map(
      ({ id, missing, open, lookAt, giveUpAt }) => ({
        id,
        hop: missing.hop,
        provider: missing.provider ?? NOBODY,
        sent_at: missing.sentAt,
        look_ms: lookAt,
        give_up_ms: giveUpAt,
        open,
        missing,
      }),
    );
    await this.pool.query({ name: 'add missing receipts', text: this.sql.add, values: [JSON.stringify(rows)] });
    return all.map(() => true);
  }

  private async endAll(all: readonly Ended[]): Promise<true[]> {
    const whole = all.filter(({ recipient }) => recipient === undefined);
    if (whole.length > 0) await this.remove(whole);
    const some = all.filter(({ recipient }) => recipient !== undefined);
    if (some.length > 0) await this.query(this.sql.endOne, [JSON.stringify(some)]);
    return all.map(() => true);
  }

  private async query<R extends object>(text: string, values: unknown[]): Promise<R[]> {
    const { rows } = await database('missing receipts', () => this.pool.query<R>(text, values));
    return rows;
  }
}
