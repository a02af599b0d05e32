/** What somebody would have a provider tell. */
export interface FreeFields {
  /** Over those that are usual, or beside them. */
  fields: Readonly<Record<string, unknown>>;
  /** Usual ones that are left out. */
  without: readonly string[];
}

export function withFields(
  usual: Readonly<Record<string, unknown>>,
  { fields, without }: FreeFields,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...usual, ...fields }).filter(([name, value]) => value !== undefined && !without.includes(name)),
  );
}

/**
 * The same of the fields inside one, called `data.tags`: an object is put over the usual one, anything else in its
 * place.
 */
export function withFieldsIn(
  name: string,
  usual: Readonly<Record<string, unknown>>,
  free: FreeFields,
): Record<string, unknown> {
  const { [name]: inner, ...fields } = free.fields;
  const within = free.without.flatMap((path) => (path.startsWith(`${name}.`) ? [path.slice(name.length + 1)] : []));
  const isOver = inner === undefined || (typeof inner === 'object' && inner !== null && !Array.isArray(inner));
  const made = isOver
    ? withFields(usual[name] as Record<string, unknown>, {
        fields: (inner ?? {}) as Record<string, unknown>,
        without: within,
      })
    : inner;
  return withFields(usual, { fields: { ...fields, [name]: made }, without: free.without });
}

/** The event that happened last; -1 where none has. */
export function lastEvent(events: readonly { webhook: string }[]): number {
  return events.findLastIndex(({ webhook }) => webhook !== 'planned');
}
