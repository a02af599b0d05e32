import type { Cell } from './cell.ts';
import { type Counted, type FaceName, faceNames, faceOf } from './faces.ts';

/** A message that leaves one cell and enters another; undefined: it was not counted before. */
export interface Move {
  from: Cell | undefined;
  to: Cell;
}

/** What is added to the rows of each table; nothing is 0. */
export type Changes = Map<FaceName, Counted[]>;

/** Sums of rows that many messages count in. */
export class Tally {
  private readonly rows = new Map<FaceName, Map<string, { key: Counted['key']; sums: number[] }>>();

  /** @param times how many messages; negative: they leave the cell */
  add(cell: Cell, times: number): void {
    for (const name of faceNames) for (const counted of faceOf(name).of(cell)) this.count(name, counted, times);
  }

  get changes(): Changes {
    const found: [FaceName, Counted[]][] = [...this.rows].map(([name, rows]) => [
      name,
      [...rows.values()].filter(({ sums }) => sums.some((sum) => sum !== 0)),
    ]);
    return new Map(found.filter(([, rows]) => rows.length > 0));
  }

  private count(name: FaceName, { key, sums }: Counted, times: number): void {
    const rows = this.rows.get(name) ?? new Map<string, { key: Counted['key']; sums: number[] }>();
    this.rows.set(name, rows);
    const text = key.join('\u0000');
    const row = rows.get(text) ?? { key, sums: sums.map(() => 0) };
    rows.set(text, row);
    sums.forEach((sum, index) => (row.sums[index]! += sum * times));
  }
}

/** −1 for the very cell that each message was counted in, +1 for the new one. */
export function changesOf(moves: readonly Move[]): Changes {
  const tally = new Tally();
  for (const { from, to } of moves) {
    if (from) tally.add(from, -1);
    tally.add(to, 1);
  }
  return tally.changes;
}
