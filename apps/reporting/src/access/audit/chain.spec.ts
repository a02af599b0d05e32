import { describe, expect, it } from '@jest/globals';
import { type AuditRow, ChainCheck, hashOfRow, NO_ROW } from './chain.ts';

function aChain(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const row = {
      seq,
      at: new Date(Date.UTC(2030, 0, 31, 12, 0, seq)).toISOString(),
      who: 'key:w3CqT81bZk',
      action: 'key.made',
      target: `key:${seq}`,
      tenants: seq % 2 === 0 ? ('all' as const) : ['shop', 'bank'],
      outcome: 'done',
      details: { scopes: ['read'], expiresAt: '2031-01-01T00:00:00.000Z' },
      previous: rows.at(-1)?.hash ?? NO_ROW,
    };
    rows.push({ ...row, hash: hashOfRow(row) });
  }
  return rows;
}

function checked(rows: readonly AuditRow[], head?: { seq: number; hash: string }, known?: Map<number, string>) {
  const check = new ChainCheck(known);
  for (const row of rows) check.add(row);
  check.end(head);
  return check.breaks;
}

const headOf = (rows: readonly AuditRow[]) => ({ seq: rows.at(-1)!.seq, hash: rows.at(-1)!.hash });
/** A row as somebody writes it who knows how the chain is made. */
const forged = (row: AuditRow, change: Partial<AuditRow>) => {
  const changed = { ...row, ...change };
  return { ...changed, hash: hashOfRow(changed) };
};

describe('the chain of the audit', () => {
  const rows = aChain(9);

  it('holds from its first row, and from any other', () => {
    for (const from of rows.keys()) expect([from, checked(rows.slice(from), headOf(rows))]).toEqual([from, []]);
    expect(checked([], { seq: 0, hash: NO_ROW })).toEqual([]);
  });

  it('does not depend on the order in which the database keeps the details', () => {
    const { details, ...row } = rows[0]!;
    const turned = Object.fromEntries(Object.entries(details).toReversed());
    expect(checked([{ ...row, details: turned }, ...rows.slice(1)], headOf(rows))).toEqual([]);
  });

  it.each(['at', 'who', 'action', 'target', 'tenants', 'outcome', 'details', 'previous', 'hash'] as const)(
    'breaks at a row whose %s was changed',
    (field) => {
      const value = { tenants: ['other'], details: { scopes: ['admin'] } }[field as string] ?? 'x';
      const changed = rows.with(4, { ...rows[4]!, [field]: value });
      expect(checked(changed, headOf(rows))[0]).toMatchObject({ seq: 5, what: expect.stringMatching(/changed/) });
    },
  );

  it('breaks behind a row that was changed together with its hash', () => {
    expect(checked(rows.with(4, forged(rows[4]!, { who: 'key:other' })), headOf(rows))).toEqual([
      { seq: 6, what: expect.stringMatching(/does not follow/) },
    ]);
  });

  it('breaks where rows were removed: in the middle, at the end, all of them', () => {
    expect(checked(rows.toSpliced(3, 2), headOf(rows))).toEqual([{ seq: 6, what: 'rows 4 to 5 are missing' }]);
    expect(checked(rows.slice(0, 7), headOf(rows))).toEqual([
      { seq: 8, what: 'rows 8 to 9, the last ones, are missing' },
    ]);
    expect(checked([], headOf(rows))).toEqual([{ seq: 1, what: expect.stringMatching(/rows 1 to 9/) }]);
  });

  it('breaks where a row was inserted, also one that was made as the others are', () => {
    expect(checked(rows.toSpliced(4, 0, forged(rows[3]!, { who: 'key:other' })), headOf(rows))[0]).toMatchObject({
      what: expect.stringMatching(/twice, or was inserted/),
    });
    const renumbered = [
      ...rows.slice(0, 4),
      forged(rows[4]!, { who: 'key:other', previous: rows[3]!.hash }),
      ...rows.slice(4).map((row) => ({ ...row, seq: row.seq + 1 })),
    ];
    expect(checked(renumbered, headOf(rows))[0]).toMatchObject({ seq: 6, what: expect.stringMatching(/changed/) });
    const appended = forged(rows[8]!, { seq: 10, previous: rows[8]!.hash });
    expect(checked([...rows, appended], headOf(rows))).toEqual([
      { seq: 10, what: expect.stringMatching(/was inserted/) },
    ]);
  });

  it('that was rewritten as a whole breaks against a hash that was noted before', () => {
    let previous = rows[3]!.hash;
    const rewritten = rows.map((row, at) => {
      if (at < 4) return row;
      const other = forged(row, { who: 'key:other', previous });
      previous = other.hash;
      return other;
    });
    expect(checked(rewritten, headOf(rewritten))).toEqual([]);
    expect(checked(rewritten, headOf(rewritten), new Map([[7, rows[6]!.hash]]))).toEqual([
      { seq: 7, what: expect.stringMatching(/noted before/) },
    ]);
    const cut = rows.slice(0, 5);
    expect(checked(cut, headOf(cut), new Map([[7, rows[6]!.hash]]))).toEqual([
      { seq: 7, what: expect.stringMatching(/noted before is missing/) },
    ]);
  });
});
