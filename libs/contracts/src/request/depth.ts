/** How many levels of arrays and objects a request may have, its own object being the first. */
export const MAX_DEPTH = 64;

/** The levels that a hand-over adds around the request inside it. */
export const HANDOVER_DEPTH = 8;

/**
 * Whether a JSON value has more than `most` levels of arrays and objects. Iterates level by level: a record of 1 MiB
 * may have half a million levels, and recursion would overflow the stack.
 */
export function isDeeper(json: unknown, most: number): boolean {
  let level = nested([json]);
  for (let depth = 0; depth < most && level.length > 0; depth += 1) level = level.flatMap(nested);
  return level.length > 0;
}

/** The first field of an object whose value is too deep; undefined where the value is no object. */
export function deepField(json: unknown, most: number): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.entries(json).find(([, value]) => isDeeper(value, most - 1))?.[0];
}

/** The arrays and objects directly inside a value. */
function nested(holder: object): object[] {
  const found: object[] = [];
  if (Array.isArray(holder)) {
    for (const value of holder as unknown[]) if (typeof value === 'object' && value !== null) found.push(value);
    return found;
  }
  for (const name in holder) {
    const value = (holder as Record<string, unknown>)[name];
    if (typeof value === 'object' && value !== null) found.push(value);
  }
  return found;
}
