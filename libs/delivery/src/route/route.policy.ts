import type { Attempt } from '#libs/contracts';

/** Why a provider stands where it does among those that could take a message, for the log. */
export type RankReason = 'preferred' | 'first' | 'next in the order' | 'next after a failure' | 'failed longest ago';

export interface Ranked<P> {
  provider: P;
  reason: RankReason;
}

/**
 * The providers in the order in which they are asked: the one that the request prefers, then those that have not failed
 * it, then those that have, the failure that is longest ago first: any of them may have recovered meanwhile.
 * @param providers in the order of preference
 */
export function rankProviders<P extends { name: string }>(
  providers: readonly P[],
  preferred: string | undefined,
  attempts: readonly Attempt[],
): Ranked<P>[] {
  const lastFailure =
    attempts.length === 0 ? undefined : new Map(attempts.map((attempt, index) => [attempt.provider, index]));
  const placeOf = ({ name }: P) => lastFailure?.get(name) ?? (name === preferred ? -2 : -1);
  const ranked = providers.length === 1 ? providers : providers.toSorted((a, b) => placeOf(a) - placeOf(b));
  return ranked.map((provider, index) => ({
    provider,
    reason: rankReasonOf(placeOf(provider), index, lastFailure !== undefined),
  }));
}

function rankReasonOf(place: number, index: number, hasFailed: boolean): RankReason {
  if (place === -2) return 'preferred';
  if (place >= 0) return 'failed longest ago';
  if (hasFailed) return 'next after a failure';
  return index === 0 ? 'first' : 'next in the order';
}
