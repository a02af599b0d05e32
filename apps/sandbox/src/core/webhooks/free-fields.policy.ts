/** An event of a provider as a person defines it. */
export interface FreeFields {
  /** Fields that replace the usual ones or are added. */
  fields: Readonly<Record<string, unknown>>;
  /** Usual fields that are removed. */
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
 * The same for the fields inside one, such as `data.tags`: an object is merged into the usual one, any other value
 * replaces it.
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

/** The index of the last event that happened; -1 where none has. */
export function lastEvent(events: readonly { webhook: string }[]): number {
  return events.findLastIndex(({ webhook }) => webhook !== 'planned');
}
