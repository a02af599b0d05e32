/** Values that may appear in place of the documented one. `absent`: the field is left out. */
export const oddities: Readonly<Record<string, unknown>> = {
  null: null,
  absent: undefined,
  'an empty text': '',
  'a text': 'odd',
  'a text that is no Unicode': 'a\ud800\u0000b',
  'a number': 1e300,
  true: true,
  'a list': [null, 7, 'odd', {}],
  'an object': { odd: { odd: ['odd'] } },
};

/** The path of a field in an event: names and array indexes. */
export type Path = readonly string[];

/** Every field of an event, nested ones and their parents included. */
export function pathsOf(value: unknown, at: Path = []): Path[] {
  const here = at.length > 0 ? [at] : [];
  if (value === null || typeof value !== 'object') return here;
  return [...here, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...at, name]))];
}

/** The event with another value at one path; undefined removes the field. */
export function withOddity<T>(event: T, [name, ...rest]: Path, oddity: unknown): T {
  if (name === undefined) return oddity as T;
  const copy = (Array.isArray(event) ? [...(event as unknown[])] : { ...event }) as Record<string, unknown>;
  const inner = withOddity(copy[name], rest, oddity);
  if (inner === undefined) delete copy[name];
  else copy[name] = inner;
  return copy as T;
}

/** Whether a change at one path affects another: it is the same, a parent, or a child. */
export function touches(changed: Path, needed: string): boolean {
  const other = needed.split('.');
  return changed.slice(0, other.length).every((name, index) => name === other[index]);
}
