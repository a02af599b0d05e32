/** Offsets by `topic/partition`. */
export type Offsets = ReadonlyMap<string, number>;

/** The end offsets of the partitions of one or more topics at some moment. */
export interface Mark {
  at: Date;
  ends: Offsets;
}

/** A limit on the marks that are kept: while reading lags behind, old marks matter and new ones do not. */
const MOST_MARKS = 100;

/**
 * Adds a mark, and drops those before the latest mark that all groups have passed; that one comes first if there is
 * one.
 */
export function advance(marks: readonly Mark[], mark: Mark, positions: readonly Offsets[]): Mark[] {
  const all = marks.length < MOST_MARKS ? [...marks, mark] : [...marks];
  const passed = all.findLastIndex(({ ends }) => positions.every((position) => isPast(position, ends)));
  return all.slice(Math.max(0, passed));
}

/** The time up to which all groups have read; undefined where they have passed no mark yet. */
export function readUpTo([first]: readonly Mark[], positions: readonly Offsets[]): Date | undefined {
  return first && positions.every((position) => isPast(position, first.ends)) ? first.at : undefined;
}

const isPast = (position: Offsets, ends: Offsets): boolean =>
  [...ends].every(([place, end]) => (position.get(place) ?? 0) >= end);
