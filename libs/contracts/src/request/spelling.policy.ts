/** Shorter names are too often two edits away from another word. */
const SHORTEST = 6;
const MOST_EDITS = 2;

/** Case, `_` and `-` depend on the language of the producer: `send_at` is sendAt. */
const folded = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

/**
 * The known name that an unknown one was probably meant to be: equal except for case, `_` and `-`, or, for names of six
 * letters or more, at most two edits (a letter inserted, deleted or replaced) away. Undefined: it is another name.
 */
export function meantName(unknown: string, known: readonly string[]): string | undefined {
  if (unknown.length > 100) return undefined;
  const name = folded(unknown);
  const same = known.find((other) => folded(other) === name);
  if (same !== undefined) return same;
  return known.find((other) => other.length >= SHORTEST && edits(name, folded(other)) <= MOST_EDITS);
}

/** Levenshtein's distance, row by row; more than `MOST_EDITS` as soon as that is certain. */
function edits(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MOST_EDITS) return MOST_EDITS + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = row[j - 1]! + Number(from[i - 1] !== to[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > MOST_EDITS) return MOST_EDITS + 1;
    row = next;
  }
  return row[to.length]!;
}
