import { randomUUID } from 'node:crypto';
import { database, type Pool } from '#libs/persistence';
import { type ListOutcome, type ListRun, ListTurns } from './list-turns.port.ts';

/** A provider may ask for a wait of 90 s between two pages. A replica that died gives its turn up after this. */
const LEASE = "interval '5 minutes'";

interface Row {
  run: number;
  is_running: boolean;
  began_at: Date | null;
  ended_at: Date | null;
  lists: ListOutcome[];
  failure: string | null;
}

/** The row of the channel's schema. The database's clock rules: replicas need not agree on the time. */
export class PostgresListTurns extends ListTurns {
  private readonly table: string;

  constructor(
    private readonly pool: Pool,
    schema: string,
  ) {
    super();
    this.table = `${schema}.list_turn`;
  }

  async last(): Promise<ListRun> {
    const { rows } = await this.query<Row>(
      `SELECT run, token IS NOT NULL AND leased_until > now() AS is_running, began_at, ended_at, lists, failure
         FROM ${this.table}`,
    );
    const { run, is_running: isRunning, began_at: began, ended_at: ended, lists, failure } = rows[0]!;
    return {
      state: stateOf(isRunning, run, failure),
      run,
      beganAt: began?.toISOString() ?? null,
      endedAt: ended?.toISOString() ?? null,
      lists,
      failure,
    };
  }

  async ask(): Promise<number> {
    const { rows } = await this.query<{ run: number }>(`UPDATE ${this.table} SET due_at = now() RETURNING run`);
    return rows[0]!.run + 1;
  }

  async take(): Promise<string | undefined> {
    const token = randomUUID();
    const { rowCount } = await this.query(
      `UPDATE ${this.table} SET token = $1, leased_until = now() + ${LEASE}, run = run + 1, began_at = now(),
              ended_at = NULL, lists = '[]', failure = NULL, due_at = 'infinity'
        WHERE (due_at <= now() AND (token IS NULL OR leased_until <= now()))
           OR (token IS NOT NULL AND leased_until <= now())`,
      [token],
    );
    return rowCount === 1 ? token : undefined;
  }

  async keep(token: string, lists: readonly ListOutcome[]): Promise<boolean> {
    const { rowCount } = await this.query(
      `UPDATE ${this.table} SET leased_until = now() + ${LEASE}, lists = $2 WHERE token = $1 AND leased_until > now()`,
      [token, JSON.stringify(lists)],
    );
    return rowCount === 1;
  }

  async end(token: string, { failure, nextInMs }: { failure: string | null; nextInMs: number }): Promise<void> {
    await this.query(
      `UPDATE ${this.table} SET token = NULL, ended_at = now(), failure = $2,
              due_at = least(due_at, now() + $3::float8 * interval '1 millisecond')
        WHERE token = $1`,
      [token, failure, nextInMs],
    );
  }

  private query<R extends object = object>(text: string, values: unknown[] = []) {
    return database('suppression lists', () => this.pool.query<R>(text, values));
  }
}

function stateOf(isRunning: boolean, run: number, failure: string | null): ListRun['state'] {
  if (isRunning) return 'running';
  if (run === 0) return 'never';
  return failure === null ? 'done' : 'failed';
}
