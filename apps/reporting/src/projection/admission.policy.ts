import { isEngagement, isNotice } from '#libs/contracts';
import type { KeptFact } from './fact.ts';

/** Of one engagement of one message so many facts are kept: what is not kept cannot be told from its repeat. */
export const MOST_ENGAGEMENTS = 100;

/**
 * Whether a fact makes its message known: the request, or a service's own word about its way. A provider's word, an
 * engagement and a notice wait for it: a click after retention would make the message anew, and count it twice.
 */
export const makesMessage = ({ status, source }: Pick<KeptFact, 'status' | 'source'>): boolean =>
  source !== 'receipt' && source !== 'lookup' && !isEngagement(status) && !isNotice(status);

/**
 * The facts of one message that are kept, of those that come now.
 * @param kept facts of each engagement that are kept already
 * @param isKnown whether a fact is one of those
 */
export function withinBounds<F extends Pick<KeptFact, 'eventId' | 'status'>>(
  facts: readonly F[],
  kept: ReadonlyMap<string, number>,
  isKnown: (eventId: string) => boolean,
): F[] {
  const counted = new Map(kept);
  const seen = new Set<string>();
  return facts.filter(({ eventId, status }) => {
    if (!isEngagement(status) || seen.has(eventId) || isKnown(eventId)) return true;
    const count = counted.get(status) ?? 0;
    if (count >= MOST_ENGAGEMENTS) return false;
    counted.set(status, count + 1);
    seen.add(eventId);
    return true;
  });
}
