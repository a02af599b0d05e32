import { createHash } from 'node:crypto';

/** A row of the audit as the API gives it and an export holds it. */
export interface AuditRow {
  /** Counted from 1, without gaps. */
  seq: number;
  /** ISO 8601 with milliseconds, in UTC. */
  at: string;
  who: string;
  action: string;
  target: string;
  tenants: 'all' | readonly string[];
  outcome: string;
  details: Record<string, unknown>;
  /** The hash of the row before it. */
  previous: string;
  hash: string;
}

/** What the first row names as the hash before it. */
export const NO_ROW = '0'.repeat(64);

/** SHA-256 in hexadecimal over all other fields as JSON, in this order; the keys of `details` are sorted. */
export function hashOfRow(row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, who, action, target, tenants, outcome, details, previous } = row;
  const text = JSON.stringify([seq, at, who, action, target, tenants, outcome, sorted(details), previous]);
  return createHash('sha256').update(text).digest('hex');
}

/** PostgreSQL's jsonb keeps no order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export interface Break {
  /** The row at which it shows. */
  seq: number;
  what: string;
}

/** Follows the chain row by row. It can begin at any row; what is before that is not checked. */
export class ChainCheck {
  readonly breaks: Break[] = [];
  rows = 0;
  private last: Pick<AuditRow, 'seq' | 'hash'> | undefined;
  private readonly known: ReadonlyMap<number, string>;

  /** @param known hashes of rows that were noted elsewhere, such as in an earlier export or a log: by number */
  constructor(known: ReadonlyMap<number, string> = new Map()) {
    this.known = known;
  }

  get head(): { seq: number; hash: string } | undefined {
    return this.last;
  }

  add(row: AuditRow): void {
    const before = this.last ?? (row.seq === 1 ? { seq: 0, hash: NO_ROW } : { seq: row.seq - 1, hash: row.previous });
    const broken = this.wrongWith(row, before);
    if (broken !== undefined) this.breaks.push({ seq: row.seq, what: broken });
    this.rows += 1;
    this.last = { seq: row.seq, hash: row.hash };
  }

  /** @param head the last row's number and hash as the table keeps them apart from the rows */
  end(head: { seq: number; hash: string } | undefined): void {
    const last = this.last ?? { seq: 0, hash: NO_ROW };
    if (head && last.seq < head.seq)
      this.breaks.push({ seq: last.seq + 1, what: `rows ${last.seq + 1} to ${head.seq}, the last ones, are missing` });
    else if (head && last.seq > head.seq)
      this.breaks.push({ seq: head.seq + 1, what: 'what follows the row that was written last was inserted' });
    else if (head && last.seq === head.seq && last.hash !== head.hash)
      this.breaks.push({ seq: last.seq, what: 'the last row is not the one that was written last' });
    for (const seq of this.known.keys())
      if (seq > last.seq) this.breaks.push({ seq, what: 'a row that was noted before is missing' });
  }

  private wrongWith(row: AuditRow, before: Pick<AuditRow, 'seq' | 'hash'>): string | undefined {
    if (row.seq <= before.seq) return 'a row stands twice, or was inserted';
    if (row.seq > before.seq + 1) return `rows ${before.seq + 1} to ${row.seq - 1} are missing`;
    if (hashOfRow(row) !== row.hash) return 'the row was changed after it was written';
    if (row.previous !== before.hash) return 'the row does not follow the one before it: one of them was replaced';
    const noted = this.known.get(row.seq);
    return noted === undefined || noted === row.hash ? undefined : 'the row is not the one that was noted before';
  }
}
