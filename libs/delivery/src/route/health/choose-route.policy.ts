import type { Attempt, Failure } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { chooseProvider, type Route } from '../route.policy.ts';
import type { CircuitState } from './breaker.policy.ts';

export type Choice<P> =
  | { found: true; provider: P; why: Route<P>['why'] | 'the better one is failing' }
  /** Every circuit is open. */
  | { found: false };

/**
 * Which provider takes it, among those whose circuit lets calls through; a provider that `health` does not name is
 * healthy. `providers` stand in the order of preference and are never empty.
 */
export function chooseRoute<P extends { name: string }>(
  providers: readonly P[],
  request: string | undefined,
  attempts: readonly Attempt[],
  health: ReadonlyMap<string, CircuitState>,
): Choice<P> {
  const usable = providers.filter(({ name }) => health.get(name) !== 'open');
  if (usable.length === 0) return { found: false };
  const { provider, why } = chooseProvider(usable, request, attempts);
  const best = usable.length === providers.length ? provider : chooseProvider(providers, request, attempts).provider;
  return { found: true, provider, why: provider === best ? why : 'the better one is failing' };
}

/** Nothing was tried, so it counts as no attempt: retry waits with growing pauses until it expires. */
export const circuitOpen: Failure = ownFailure(
  'MSG_CIRCUIT_OPEN',
  'unavailable',
  'backoff',
  'Every provider that could take it is failing at present; nothing was sent.',
);
