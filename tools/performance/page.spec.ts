import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { goals } from './goals.table.ts';
import { recordsOf, withRecord, withTables } from './page.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'performance.md');
const page = readFileSync(file, 'utf8');
const rowOf = (text: string, figure: string) => text.split('\n').find((line) => line.startsWith(`| ${figure} |`));
const run = (figures: object) => ({ measured: '2026-01-02', cores: 2, figures });

describe('the page of performance', () => {
  it('shows the figures that its JSON holds, and no others', () => {
    expect(withTables(page)).toBe(page);
  });

  it('has a row for every goal', () => {
    expect(goals.map(({ figure }) => rowOf(page, figure)).filter((row) => row === undefined)).toEqual([]);
  });

  it('takes a new measurement in place of the earlier one, and keeps the others', () => {
    const once = withRecord(page, 'keyed', run({ ratios: { toIdeal: 0.5 } }));
    const twice = withRecord(once, 'keyed', run({ ratios: { toIdeal: 0.93 } }));
    expect(recordsOf(twice)).toEqual({ ...recordsOf(page), keyed: run({ ratios: { toIdeal: 0.93 } }) });
    expect(rowOf(once, 'records by key / computed ideal')).toMatch(/\| 0\.5 \| \*\*missed\*\* \|$/);
    expect(rowOf(twice, 'records by key / computed ideal')).toMatch(/\| 0\.93 \| met \|$/);
    expect(withTables(twice)).toBe(twice);
  });

  it('says of a figure of which less is better whether it is low enough', () => {
    const rowWith = (kbPerMessage: number | null) =>
      rowOf(withRecord(page, 'dispatch', run({ kbPerMessage })), 'allocated a message');
    expect(rowWith(39.5)).toMatch(/\| 39\.5 KB \| aim reached \|$/);
    expect(rowWith(50)).toMatch(/\| 50 KB \| met \|$/);
    expect(rowWith(90)).toMatch(/\| 90 KB \| \*\*missed\*\* \|$/);
    expect(rowWith(null)).toMatch(/\| not measured \|\s+\|$/);
  });

  it('refuses to write where a page has no place for figures', () => {
    expect(() => withTables('# Performance\n')).toThrow('has no lines');
    expect(() => withRecord('# Performance\n', 'keyed', run({}))).toThrow('no block of JSON');
  });
});
