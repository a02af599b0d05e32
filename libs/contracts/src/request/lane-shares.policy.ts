import type { Lane } from './primitives.ts';

/**
 * What a lane gets of something scarce while all lanes want it, in per cent. Chosen so that a lane that just came goes
 * before any less urgent one whatever that has saved up, and that the least urgent still gets its part of a flood.
 */
export const laneShares: Readonly<Record<Lane, number>> = { urgent: 80, transactional: 16, bulk: 4 };

export const byUrgency: readonly Lane[] = ['urgent', 'transactional', 'bulk'];

/**
 * Divides a portion among the lanes by their shares; what a lane does not want goes to the others.
 * @param portion how many in all, a whole number
 * @param waiting how many each lane has
 * @param chances one for each lane, at least 0, below 1, drawn anew each time: of portions too small to be divided
 * each lane gets its share over time
 */
export function shareOut(
  portion: number,
  waiting: Readonly<Record<Lane, number>>,
  chances: Readonly<Record<Lane, number>>,
): Record<Lane, number> {
  const given: Record<Lane, number> = { urgent: 0, transactional: 0, bulk: 0 };
  // The next one of a lane is due the later the more it has got and the smaller its share is.
  const turnOf = (lane: Lane) => (given[lane] + 1 - chances[lane]) / laneShares[lane];
  for (let left = portion; left > 0; left -= 1) {
    const rivals = byUrgency.filter((lane) => given[lane] < waiting[lane]);
    if (rivals.length === 0) break;
    given[rivals.reduce((first, lane) => (turnOf(lane) < turnOf(first) ? lane : first))] += 1;
  }
  return given;
}
