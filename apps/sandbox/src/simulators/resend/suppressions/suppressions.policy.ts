import type { SuppressedReason } from '../magic.policy.ts';
import { instant, listOf, pageOf, type PageQuery } from '../page.policy.ts';

export interface ResendSuppression {
  id: string;
  email: string;
  origin: 'bounce' | 'complaint' | 'manual';
  /** Id of the e-mail that bounced or was complained about; null where a person added the entry. */
  sourceId: string | null;
  /** Milliseconds of the epoch. */
  at: number;
}

/** The type of an entry in `email.suppressed`. There is none for an entry that a person added. */
export const reasonOf: Readonly<Record<ResendSuppression['origin'], SuppressedReason>> = {
  bounce: 'previous_bounce',
  complaint: 'previous_complaint',
  manual: 'previous_bounce',
};

/** An entry as GET /suppressions lists it. */
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

/** A page of the list, newest first; undefined for a query that Resend refuses. */
export function suppressionsPage(
  all: readonly ResendSuppression[],
  { origin, ...query }: SuppressionQuery,
): Record<string, unknown> | undefined {
  const page = pageOf(query);
  if (!page || (origin !== undefined && !['bounce', 'complaint', 'manual'].includes(origin))) return undefined;
  const found = all.filter((one) => origin === undefined || one.origin === origin);
  return listOf(found, page, ({ id }) => id, listed);
}
