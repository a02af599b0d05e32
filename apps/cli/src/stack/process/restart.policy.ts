export interface RestartPolicy {
  /** The first wait, in milliseconds; each further death doubles it. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** This many deaths within `withinMs` stop the whole system. */
  deaths: number;
  withinMs: number;
}

export const standardRestarts: RestartPolicy = { firstWaitMs: 500, longestWaitMs: 10_000, deaths: 5, withinMs: 60_000 };

export type Verdict = { giveUp: true } | { giveUp: false; waitMs: number };

/**
 * Decides what to do after a death.
 * @param deaths when this process died, the last one included, in milliseconds
 */
export function afterDeath(deaths: readonly number[], now: number, policy: RestartPolicy = standardRestarts): Verdict {
  const recent = deaths.filter((at) => now - at < policy.withinMs).length;
  if (recent >= policy.deaths) return { giveUp: true };
  return { giveUp: false, waitMs: Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** Math.max(0, recent - 1)) };
}
