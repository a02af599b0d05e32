import type { Attempt } from '#libs/contracts';

export interface Route<P> {
  provider: P;
  /** Why this one, for the log. */
  why: 'preferred' | 'next after a failure' | 'first';
}

/**
 * Which provider takes it: the one the request prefers, else the first that has not failed it yet, else the first.
 * `providers` stand in the order of preference and are never empty.
 */
export function chooseProvider<P extends { name: string }>(providers: readonly P[], wish: string | undefined, attempts: readonly Attempt[]): Route<P> {
  const failed = new Set(attempts.map((attempt) => attempt.provider));
  const preferred = providers.find((provider) => provider.name === wish && !failed.has(provider.name));
  if (preferred) return { provider: preferred, why: 'preferred' };
  const fresh = providers.find((provider) => !failed.has(provider.name));
  if (fresh && failed.size > 0) return { provider: fresh, why: 'next after a failure' };
  return { provider: fresh ?? providers[0]!, why: 'first' };
}
