/** How many levels of arrays and objects a request may have, its own object being the first. */
export const MAX_DEPTH = 64;

/** The levels that a hand-over adds around the request inside it. */
export const HANDOVER_DEPTH = 8;

/**
 * Whether a JSON value has more than `most` levels of arrays and objects. The recursion goes no deeper than `most`: a
 * record of 1 MiB may have half a million levels, which would overflow the stack.
 */
export function isDeeper(json: unknown, most: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (most === 0) return true;
  if (Array.isArray(json)) return json.some((item) => isDeeper(item, most - 1));
  for (const name in json) if (isDeeper((json as Record<string, unknown>)[name], most - 1)) return true;
  return false;
}

/** The first field of an object whose value is too deep; undefined where the value is no object. */
export function deepField(json: unknown, most: number): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.entries(json).find(([, value]) => isDeeper(value, most - 1))?.[0];
}
