import { repairTexts, textProblem } from '#libs/contracts';

/** The largest value of PostgreSQL's type integer. */
export const LARGEST_INTEGER = 2_147_483_647;

/**
 * A fact or dead letter that PostgreSQL can store: texts that are not Unicode or contain NUL, and numbers that are too
 * large, are left out; inside an object such texts are repaired. `lacks` names these fields, besides those that were
 * missing before.
 */
export function storable<T extends object>(of: T, lackedBefore: readonly string[] = []): T & { lacks?: string[] } {
  const lacks = new Set(lackedBefore);
  const kept = Object.entries(of).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (fits(value)) return [[name, value]];
    lacks.add(name);
    const rest = whatFits(value);
    return rest === undefined ? [] : [[name, rest]];
  });
  return { ...(Object.fromEntries(kept) as T), ...(lacks.size > 0 && { lacks: [...lacks] }) };
}

function fits(value: unknown): boolean {
  if (typeof value === 'string') return textProblem(value) === undefined;
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= LARGEST_INTEGER;
  return (
    value === null ||
    typeof value !== 'object' ||
    Object.entries(value).every(([name, item]) => fits(name) && fits(item))
  );
}

/** Of a list the valid texts, of an object its repaired texts; of any other value nothing. */
function whatFits(value: unknown): unknown {
  if (typeof value !== 'object') return undefined;
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isTexts ? value.filter(fits) : repairTexts(value);
}
