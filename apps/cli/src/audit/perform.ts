import { readFileSync } from 'node:fs';
import { type AuditRow, type Break, ChainCheck } from '../../../reporting/src/access/audit/chain.ts';
import type { Env } from '../environment/env.ts';
import { ReportingApi } from '../environment/reporting-api.ts';
import { CliError, reasonOf } from '../errors.ts';
import { rowsOf } from './known-rows.ts';

interface Page {
  items: AuditRow[];
  nextCursor: string | null;
  head: { seq: number; hash: string } | null;
}

/** Prints all rows. */
export async function exportRows(env: Env, after: string): Promise<number> {
  for await (const { items } of pagesOf(new ReportingApi(env), after))
    for (const row of items) console.log(JSON.stringify(row));
  return 0;
}

export interface VerifyOrder {
  /** An export; undefined: the running system. */
  file: string | undefined;
  /** Rows that were noted before. */
  known: readonly [seq: number, hash: string][];
  /** An earlier export. */
  against: string | undefined;
  json: boolean;
}

/** Follows the chain and shows where it breaks. @returns the exit code */
export async function verify(env: Env, { file, known, against, json }: VerifyOrder): Promise<number> {
  const earlier = against === undefined ? [] : read(against).map(({ seq, hash }) => [seq, hash] as const);
  const check = new ChainCheck(new Map([...earlier, ...known]));
  if (file === undefined) await followRunning(new ReportingApi(env), check);
  else {
    for (const row of read(file)) check.add(row);
    check.end(undefined);
  }
  show(check, json);
  return check.breaks.length === 0 ? 0 : 1;
}

async function followRunning(api: ReportingApi, check: ChainCheck): Promise<void> {
  for await (const { items, head } of pagesOf(api, '0')) {
    if (head === null)
      throw new CliError('This key sees a part of the audit only, so its chain cannot be followed.', [
        'use a key with the scope admin for all tenants',
      ]);
    for (const row of items) check.add(row);
    // The head was read before an empty page: nothing was written between the two.
    if (items.length === 0) check.end(head);
  }
}

/** Pages until there are no more rows; the last page is empty. */
async function* pagesOf(api: ReportingApi, after: string): AsyncGenerator<Page> {
  for (let cursor = after; ;) {
    const page = await api.call<Page>('GET', `audit?limit=500&cursor=${encodeURIComponent(cursor)}`);
    yield page;
    const last = page.items.at(-1);
    if (!last) return;
    cursor = String(last.seq);
  }
}

function read(file: string): AuditRow[] {
  const from = file === '-' ? 'Standard input' : file;
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new CliError(`${from} cannot be read: ${reasonOf(cause)}`, ['give a file of messaging audit export']);
  }
  return rowsOf(text, from);
}

function show(check: ChainCheck, json: boolean): void {
  const { rows, breaks, head } = check;
  if (json) {
    console.log(JSON.stringify({ holds: breaks.length === 0, rows, head: head ?? null, breaks }, null, 2));
    return;
  }
  for (const each of breaks) console.log(lineOf(each));
  const end = head ? `, the last ${head.seq}:${head.hash}` : '';
  console.log(
    breaks.length === 0
      ? `The chain holds: ${rows} row(s)${end}.`
      : `The chain is broken in ${breaks.length} place(s).`,
  );
}

const lineOf = ({ seq, what }: Break): string => `row ${seq}: ${what}`;
