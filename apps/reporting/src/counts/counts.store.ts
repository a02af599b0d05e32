import { arrayText, type PoolClient } from '#libs/persistence';
import type { CountedAttempt } from './attempts.policy.ts';
import type { Changes } from './changes.policy.ts';
import { type Counted, type Face, type FaceName, faceNames, faceOf } from './faces.ts';

/** Held by whoever counts, and taken alone by whoever counts anew or opens a period: an advisory lock. */
const LOCK = "hashtext('reporting.counts')";

/**
 * The first statement of each transaction that makes or counts messages: until it ends nobody counts a day anew, or
 * opens another period. Statements that follow see what was there when the lock was given.
 */
export async function shareCounts(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`);
}

/** Waits until nobody counts, and keeps others from it until the transaction ends. */
export async function holdCounts(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
}

/**
 * Adds to the cells, and to the attempts: tables in one order, rows in the order of their keys. Messages are locked
 * before. All of it goes to PostgreSQL at once.
 */
export async function writeCounts(
  client: PoolClient,
  changes: Changes,
  attempts: readonly CountedAttempt[],
): Promise<void> {
  const statements = [
    ...inOrder(changes).map(([name, rows]) => insertSql(client, faceOf(name), rows)),
    ...(attempts.length > 0 ? [insertSql(client, attemptHour, attemptRows(attempts))] : []),
  ];
  if (statements.length > 0) await client.query(statements.join(';\n'));
}

/** Adds rows to one table. */
export async function addRows(client: PoolClient, face: CountTable, rows: readonly Counted[]): Promise<void> {
  if (rows.length > 0) await client.query(insertSql(client, face, rows));
}

type CountTable = Pick<Face, 'table' | 'keys' | 'sums'>;

const attemptHour = {
  table: 'attempt_hour',
  keys: { hour: 'timestamptz', tenant: 'text', channel: 'text', provider: 'text', outcome: 'text', kind: 'text' },
  sums: ['attempts'],
} as const;

function attemptRows(attempts: readonly CountedAttempt[]): Counted[] {
  const rows = new Map<string, { key: string[]; sums: [number] }>();
  for (const { hour, tenant, channel, provider, outcome, kind } of attempts) {
    const key = [hour, tenant, channel, provider, outcome, kind];
    const text = key.join('\u0000');
    const row = rows.get(text) ?? { key, sums: [0] };
    rows.set(text, row);
    row.sums[0] += 1;
  }
  return [...rows.values()];
}

/** Columns as literals of arrays, since a query of several statements takes no parameters. */
function insertSql(client: PoolClient, { table, keys, sums }: CountTable, rows: readonly Counted[]): string {
  const literal = (values: (string | number | undefined)[], type: string) =>
    `${client.escapeLiteral(arrayText(values))}::${type}[]`;
  const columns = [
    ...Object.values(keys).map((type, index) =>
      literal(
        rows.map(({ key }) => key[index]),
        type,
      ),
    ),
    ...sums.map((_, index) =>
      literal(
        rows.map((row) => row.sums[index]),
        'bigint',
      ),
    ),
  ];
  const names = Object.keys(keys);
  return `INSERT INTO reporting.${table} AS counted (${[...names, ...sums].join(', ')})
    SELECT * FROM unnest(${columns.join(', ')})
     ORDER BY ${names.map((_, index) => index + 1).join(', ')}
    ON CONFLICT (${names.join(', ')}) DO UPDATE
       SET ${sums.map((name) => `${name} = counted.${name} + excluded.${name}`).join(', ')}`;
}

/** In the order in which the faces are declared. */
const inOrder = (changes: Changes): [FaceName, Counted[]][] =>
  faceNames.flatMap((name): [FaceName, Counted[]][] => {
    const rows = changes.get(name);
    return rows ? [[name, rows]] : [];
  });
