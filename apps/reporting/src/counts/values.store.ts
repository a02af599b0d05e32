import { columnsOf, type PoolClient } from '#libs/persistence';
import type { BoundedDimension } from './cell.policy.ts';

/** So many values of a dimension are counted apart, for each tenant and day; others count as `other`. */
export const MOST_VALUES = 1_000;
/** Answers that are remembered; then it begins anew. */
const MOST_REMEMBERED = 100_000;

export interface Value {
  day: string;
  tenant: string;
  dimension: BoundedDimension;
  value: string;
}

/** What a transaction has learned: to be remembered once it is committed. */
export type Answers = Map<string, boolean>;

/** Which values are counted apart. Whatever was answered once stays so. */
export class CountedValues {
  private readonly remembered = new Map<string, boolean>();

  /**
   * Asks for values, within a transaction that has locked its messages.
   * @returns whether each is counted apart
   */
  async ask(client: PoolClient, values: readonly Value[]): Promise<Answers> {
    const answers: Answers = new Map();
    const open = new Map<string, Value>();
    for (const value of values) {
      const key = keyOf(value);
      const known = this.remembered.get(key);
      if (known === undefined) open.set(key, value);
      else answers.set(key, known);
    }
    if (open.size === 0) return answers;
    const found = await counted(client, [...open.values()]);
    const missing = [...open].flatMap(([key, value]) => (found.has(key) ? [] : [value]));
    const all = missing.length > 0 ? new Set([...found, ...(await admit(client, missing))]) : found;
    for (const key of open.keys()) answers.set(key, all.has(key));
    return answers;
  }

  /** After the commit. */
  remember(answers: Answers): void {
    if (this.remembered.size + answers.size > MOST_REMEMBERED) this.remembered.clear();
    for (const [key, isCounted] of answers) this.remembered.set(key, isCounted);
  }
}

export const keyOf = ({ day, tenant, dimension, value }: Value): string =>
  [day, tenant, dimension, value].join('\u0000');

const columns = (values: readonly Value[]) => columnsOf(values, 'day', 'tenant', 'dimension', 'value');
const ASKED = 'unnest($1::date[], $2::text[], $3::text[], $4::text[]) AS asked(day, tenant, dimension, value)';

async function counted(client: PoolClient, values: readonly Value[]): Promise<Set<string>> {
  const { rows } = await client.query<Value>(
    `SELECT day::text, tenant, dimension, value
       FROM ${ASKED} JOIN reporting.counted_value USING (day, tenant, dimension, value)`,
    columns(values),
  );
  return new Set(rows.map(keyOf));
}

/** One at a time, so that no more than the limit are let in. */
async function admit(client: PoolClient, values: readonly Value[]): Promise<Set<string>> {
  await client.query("SELECT pg_advisory_xact_lock(hashtext('reporting.values'))");
  await client.query(
    `INSERT INTO reporting.counted_value (day, tenant, dimension, value)
     SELECT day, tenant, dimension, value FROM (
       SELECT asked.*, row_number() OVER (PARTITION BY day, tenant, dimension ORDER BY value) + (
                SELECT count(*) FROM reporting.counted_value v
                 WHERE v.day = asked.day AND v.tenant = asked.tenant AND v.dimension = asked.dimension) AS place
         FROM ${ASKED}
        WHERE NOT EXISTS (
          SELECT 1 FROM reporting.counted_value v
           WHERE v.day = asked.day AND v.tenant = asked.tenant AND v.dimension = asked.dimension
             AND v.value = asked.value)
     ) AS placed
      WHERE place <= $5
      ORDER BY 1, 2, 3, 4
     ON CONFLICT DO NOTHING`,
    [...columns(values), MOST_VALUES],
  );
  return counted(client, values);
}
