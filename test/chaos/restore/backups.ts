import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** A copy may be large, and the machine busy, in milliseconds. */
const TIMEOUT_MS = 60_000;
const AGAIN_MS = 500;

interface Relation {
  name: string;
  /** As PostgreSQL calls it: r table, p table in partitions, S sequence. */
  kind: 'r' | 'p' | 'S';
  /** What a crash empties, and so a restored base backup. */
  unlogged: boolean;
  /** The columns that can be written, quoted. */
  columns: string;
}

/**
 * Backups of the services’ schemas, each as a base backup of the database would hold them: as they stood in one moment,
 * whatever ran meanwhile. They are kept as tables of the same database, so that one schema can be restored alone.
 */
export class Backups {
  private readonly url: string;
  private readonly schemas: readonly string[];
  private readonly signal: AbortSignal;

  constructor(url: string, schemas: readonly string[], signal: AbortSignal) {
    this.url = url;
    this.schemas = schemas;
    this.signal = signal;
  }

  /** Copies all schemas as of one moment; tried again until it succeeds. @param label lower-case letters and digits */
  take(label: string): Promise<void> {
    return this.untilDone('BEGIN ISOLATION LEVEL REPEATABLE READ', async (client) => {
      for (const schema of this.schemas) {
        const copy = copyOf(schema, label);
        await client.query(`DROP SCHEMA IF EXISTS ${copy} CASCADE`);
        await client.query(`CREATE SCHEMA ${copy}`);
        for (const { name, kind } of await relationsOf(client, schema)) {
          const what = kind === 'S' ? `SELECT last_value, is_called FROM ${schema}.${name}` : `TABLE ${schema}.${name}`;
          await client.query(`CREATE TABLE ${copy}.${name} AS ${what}`);
        }
      }
    });
  }

  /** Puts these schemas back to where they stood as this backup was taken. Their services must not run. */
  restore(label: string, schemas: readonly string[]): Promise<void> {
    return this.untilDone('BEGIN', async (client) => {
      // Neither foreign keys nor triggers: the copy as a whole is consistent.
      await client.query('SET LOCAL session_replication_role = replica');
      for (const schema of schemas) {
        const relations = await relationsOf(client, schema);
        const tables = relations.filter(({ kind }) => kind !== 'S');
        await client.query(`TRUNCATE ${tables.map(({ name }) => `${schema}.${name}`).join(', ')}`);
        for (const relation of relations) await client.query(putBack(schema, copyOf(schema, label), relation));
      }
    });
  }

  private async untilDone(begin: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
    for (;;) {
      const client = new pg.Client({ connectionString: this.url, query_timeout: TIMEOUT_MS });
      // Without a listener, a connection that breaks would end this process.
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query(begin);
        await work(client);
        await client.query('COMMIT');
        return;
      } catch (error) {
        this.signal.throwIfAborted();
        if (!isPassing(error)) throw error;
        await delay(AGAIN_MS);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }
}

const copyOf = (schema: string, label: string): string => `backup_${label}_${schema}`;

async function relationsOf(client: pg.Client, schema: string): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(
    `SELECT quote_ident(c.relname) AS name, c.relkind AS kind, c.relpersistence = 'u' AS unlogged,
            coalesce((SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '') AS columns
       FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'S')
        AND NOT c.relispartition
      ORDER BY c.relname`,
    [schema],
  );
  return rows;
}

function putBack(schema: string, copy: string, { name, kind, unlogged, columns }: Relation): string {
  if (kind === 'S') return `SELECT setval('${schema}.${name}', last_value, is_called) FROM ${copy}.${name}`;
  const from = `SELECT ${columns} FROM ${copy}.${name}${unlogged ? ' WHERE false' : ''}`;
  return `INSERT INTO ${schema}.${name} (${columns}) OVERRIDING SYSTEM VALUE ${from}`;
}

/** PostgreSQL is away, or ended the connection: by another fault of the run. */
function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /^(08|57|ECONN|EPIPE|40)/.test(code) || /terminated|timeout|closed|ended/i.test(message);
}
