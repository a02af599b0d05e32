import { byUrgency, type Lane, laneShares as weights } from '#libs/contracts';

export { byUrgency };

/** What each lane has saved up: smooth weighted round-robin, as nginx balances its upstreams. */
export type LaneCredits = Readonly<Record<Lane, number>>;

export const freshCredits: LaneCredits = { urgent: 0, transactional: 0, bulk: 0 };

/**
 * The lane among the `ready` ones that goes next; undefined where there is none. Of those that merely wait, what they
 * have saved stays; a lane in which nobody waits saves nothing, nor does one that goes without a rival.
 */
export function nextLane(
  credits: LaneCredits,
  ready: readonly Lane[],
  waiting: readonly Lane[],
): { lane: Lane; credits: LaneCredits } | undefined {
  const rivals = byUrgency.filter((lane) => ready.includes(lane));
  if (rivals.length === 0) return undefined;
  const saved: Record<Lane, number> = { ...freshCredits };
  for (const lane of waiting) saved[lane] = credits[lane];
  for (const lane of rivals) saved[lane] += weights[lane];
  const best = rivals.reduce((first, lane) => (saved[lane] > saved[first] ? lane : first));
  saved[best] -= rivals.reduce((sum, lane) => sum + weights[lane], 0);
  if (rivals.length === 1) saved[best] = Math.min(0, saved[best]);
  return { lane: best, credits: saved };
}

/** The lanes that go before or along with one. */
export const atLeastAsUrgent = (lane: Lane): readonly Lane[] => byUrgency.slice(0, byUrgency.indexOf(lane) + 1);
