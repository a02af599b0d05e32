import type { SuppressedReason } from '../magic.policy.ts';
import { instant, listOf, pageOf, type PageQuery } from '../page.policy.ts';

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
const listed = ({ id, email, origin, sourceId, at }: ResendSuppression): Record<string, unknown> => ({
  id,
  email,
  origin,
  source_id: sourceId,
  created_at: instant(at),
});

export interface SuppressionQuery extends PageQuery {
  origin?: string;
}

/** A page of those that stand newest first; undefined for a query that Resend does not take. */
export function suppressionsPage(
  all: readonly ResendSuppression[],
  { origin, ...query }: SuppressionQuery,
): Record<string, unknown> | undefined {
  const page = pageOf(query);
  if (!page || (origin !== undefined && !['bounce', 'complaint', 'manual'].includes(origin))) return undefined;
  const found = all.filter((one) => origin === undefined || one.origin === origin);
  return listOf(found, page, ({ id }) => id, listed);
}
