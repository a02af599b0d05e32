import type { SuppressedReason } from '../magic.policy.ts';

export interface ResendSuppression {
  id: string;
  email: string;
  origin: 'bounce' | 'complaint' | 'manual';
  /** Id of the e-mail that bounced or was complained about; null where a person put it there. */
  sourceId: string | null;
  /** Milliseconds of the epoch. */
  at: number;
}

/** What `email.suppressed` says of an entry. It has no word for one that a person made. */
export const reasonOf: Readonly<Record<ResendSuppression['origin'], SuppressedReason>> = {
  bounce: 'previous_bounce',
  complaint: 'previous_complaint',
  manual: 'previous_bounce',
};

/** As GET /suppressions lists it. */
export const listed = ({ id, email, origin, sourceId, at }: ResendSuppression): Record<string, unknown> => ({
  id,
  email,
  origin,
  source_id: sourceId,
  created_at: new Date(at).toISOString().replace('T', ' ').replace('Z', '+00'),
});

export interface SuppressionQuery {
  origin?: string;
  limit?: string;
  after?: string;
  before?: string;
}

/** A page of those that stand newest first; undefined for a query that Resend does not take. */
export function pageOf(
  all: readonly ResendSuppression[],
  { origin, limit = '20', after, before }: SuppressionQuery,
): Record<string, unknown> | undefined {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 100 || (after !== undefined && before !== undefined))
    return undefined;
  if (origin !== undefined && !['bounce', 'complaint', 'manual'].includes(origin)) return undefined;
  const found = all.filter((one) => origin === undefined || one.origin === origin);
  const place = (id: string) => found.findIndex((one) => one.id === id);
  const end = before === undefined ? undefined : Math.max(0, place(before));
  const start = end === undefined ? (after === undefined ? 0 : place(after) + 1) : Math.max(0, end - count);
  const page = found.slice(start, end ?? start + count);
  return {
    object: 'list',
    has_more: end === undefined ? start + page.length < found.length : start > 0,
    data: page.map(listed),
  };
}
