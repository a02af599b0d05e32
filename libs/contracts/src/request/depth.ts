/** How many levels of arrays and objects a request may have, its own object being the first. */
export const MAX_DEPTH = 64;

/** What a hand-over puts around the request inside it. */
export const HANDOVER_DEPTH = 8;

/**
 * Whether a value out of JSON has more than `most` levels of arrays and objects. Level by level instead of by
 * recursion: a record of 1 MiB may have half a million of them, and a stack ends after some thousand.
 */
export function isDeeper(json: unknown, most: number): boolean {
  let level = nested([json]);
  for (let depth = 0; depth < most && level.length > 0; depth += 1) level = level.flatMap(nested);
  return level.length > 0;
}

/** The first field of an object that makes it deeper than that; undefined where it is no object. */
export function deepField(json: unknown, most: number): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.entries(json).find(([, value]) => isDeeper(value, most - 1))?.[0];
}

/** The arrays and objects that stand in one. */
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
