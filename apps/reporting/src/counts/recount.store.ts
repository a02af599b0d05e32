import type { PoolClient } from '#libs/persistence';
import { readCell } from './cell.ts';
import { type Changes, Tally } from './changes.policy.ts';
import { addRows } from './counts.store.ts';
import { type Counted, type Face, faceNames, faceOf } from './faces.ts';

/** A day is counted from all of its messages, which takes longer than what a request waits for. */
const AT_MOST_MS = 600_000;

/** In the transaction that recounts: its statements may take longer than others. */
export async function takeTime(client: PoolClient): Promise<void> {
  await client.query(`SET LOCAL statement_timeout = ${AT_MOST_MS}`);
}

/** Statements of a recount, for which the connection waits longer than for others. */
const patient = (text: string, values: unknown[]) => ({ text, values, query_timeout: AT_MOST_MS + 2_000 });

/** What the messages of a day say: a sum over the cells that they keep. */
export async function countsOf(client: PoolClient, day: string): Promise<Changes> {
  const { rows } = await client.query<{ cell: string; messages: number }>(
    patient(
      `SELECT cell, count(*) AS messages FROM reporting.message
        WHERE counted_hour >= $1::date::timestamp AT TIME ZONE 'UTC'
          AND counted_hour < ($1::date + 1)::timestamp AT TIME ZONE 'UTC' AND cell IS NOT NULL
        GROUP BY cell`,
      [day],
    ),
  );
  const tally = new Tally();
  for (const { cell, messages } of rows) tally.add(readCell(cell), messages);
  return tally.changes;
}

/** How many rows of the day are not what its messages say. In a transaction with one snapshot of both. */
export async function differencesOn(client: PoolClient, day: string): Promise<number> {
  const meant = await countsOf(client, day);
  let different = 0;
  for (const name of faceNames) {
    const expected = byKey(meant.get(name) ?? []);
    for (const row of await rowsOf(client, faceOf(name), day)) {
      const text = row.key.join('\u0000');
      if (expected.get(text) !== row.sums.join()) different += 1;
      expected.delete(text);
    }
    different += expected.size;
  }
  return different;
}

/** Counts a day anew. Whoever calls it holds the counts alone, and knows that no message of the day is gone. */
export async function recountDay(client: PoolClient, day: string): Promise<void> {
  const meant = await countsOf(client, day);
  for (const name of faceNames) {
    const face = faceOf(name);
    await client.query(patient(`DELETE FROM reporting.${face.table} WHERE ${onDay(face)}`, [day]));
    await addRows(client, face, meant.get(name) ?? []);
  }
}

const byKey = (rows: readonly Counted[]): Map<string, string> =>
  new Map(rows.map(({ key, sums }) => [key.join('\u0000'), sums.join()]));

/** The rows of a day that count anything, with their keys written as those of a cell. */
async function rowsOf(client: PoolClient, face: Face, day: string): Promise<Counted[]> {
  const { rows } = await client.query<(string | number | Date)[]>({
    ...patient(
      `SELECT ${Object.entries(face.keys)
        .map(([name, type]) => (type === 'date' ? `${name}::text` : name))
        .join(', ')}, ${face.sums.join(', ')}
         FROM reporting.${face.table}
        WHERE ${onDay(face)} AND (${face.sums.map((sum) => `${sum} <> 0`).join(' OR ')})`,
      [day],
    ),
    rowMode: 'array',
  });
  const width = Object.keys(face.keys).length;
  const written = (value: string | number | Date) => (value instanceof Date ? value.toISOString() : value);
  return rows.map((row) => ({ key: row.slice(0, width).map(written), sums: row.slice(width).map(Number) }));
}

const onDay = ({ keys }: Pick<Face, 'keys'>): string =>
  Object.keys(keys)[0] === 'day'
    ? 'day = $1::date'
    : `hour >= $1::date::timestamp AT TIME ZONE 'UTC' AND hour < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'`;
