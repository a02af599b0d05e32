interface Page {
  limit: number;
  after: string | undefined;
  before: string | undefined;
}

export type PageQuery = Partial<Record<keyof Page, string>>;

/** Null for a query that Resend refuses. */
export function pageOf({ limit = '20', after, before }: PageQuery): Page | null {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 100 || (after !== undefined && before !== undefined))
    return null;
  return { limit: count, after, before };
}

/** A page of a list that is sorted newest first. */
export function listOf<T>(
  all: readonly T[],
  { limit, after, before }: Page,
  idOf: (one: T) => string,
  view: (one: T) => unknown,
): Record<string, unknown> {
  const place = (id: string) => all.findIndex((one) => idOf(one) === id);
  const start = after !== undefined ? place(after) + 1 : before !== undefined ? Math.max(0, place(before) - limit) : 0;
  const end = before !== undefined ? Math.max(0, place(before)) : start + limit;
  return {
    object: 'list',
    has_more: before === undefined ? end < all.length : start > 0,
    data: all.slice(start, end).map(view),
  };
}

/** In Resend's form: `2023-04-03 22:13:42.674+00`. */
export const instant = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '+00');
