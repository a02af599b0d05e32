import type { Attempt } from '#libs/contracts';

export interface Route<P> {
  provider: P;
  /** Why this one, for the log. */
  why: 'preferred' | 'next after a failure' | 'failed longest ago' | 'first';
}

/**
 * Which provider takes it: the one the request prefers, else the first that has not failed it yet, else the one whose
 * last failure is longest ago, so that they take turns: any of them may have recovered meanwhile. `providers` stand in
 * the order of preference and are never empty.
 */
export function chooseProvider<P extends { name: string }>(
  providers: readonly P[],
  request: string | undefined,
  attempts: readonly Attempt[],
): Route<P> {
  const lastFailure = new Map(attempts.map((attempt, index) => [attempt.provider, index]));
  const preferred = providers.find(({ name }) => name === request && !lastFailure.has(name));
  if (preferred) return { provider: preferred, why: 'preferred' };
  const fresh = providers.find(({ name }) => !lastFailure.has(name));
  if (fresh) return { provider: fresh, why: lastFailure.size > 0 ? 'next after a failure' : 'first' };
  const [rested] = providers.toSorted((a, b) => lastFailure.get(a.name)! - lastFailure.get(b.name)!);
  return { provider: rested!, why: 'failed longest ago' };
}
