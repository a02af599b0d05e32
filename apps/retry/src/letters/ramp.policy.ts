/** How many go first: what becomes of them decides whether more go. */
export const CANARY = 10;
/** The failure share is looked at once the ends of so many are known. */
const KNOWN_ENDS = 3;
const SECOND_MS = 1_000;

/** What a redrive has done so far. */
export interface RedriveSoFar {
  went: number;
  /** Of these: planned, released, or with their channel. */
  underWay: number;
  /** Given up again. */
  failed: number;
}

export type Step = { take: number; restMs: number } | { waitMs: number } | { stop: string };

/**
 * What a redrive does next: ten at first; once the ends of half of these are known, twice as many each second, up to
 * `perSecond`; nothing more once too many were given up again.
 * @param portions how many have gone before
 */
export function nextStep(
  { went, underWay, failed }: RedriveSoFar,
  { failureShare, perSecond }: { failureShare: number; perSecond: number },
  portions: number,
): Step {
  const known = Math.max(failed, went - underWay);
  if (known >= Math.min(KNOWN_ENDS, went) && failed > known * failureShare)
    return { stop: `${failed} of the ${known} whose end is known were given up again: look at what they fail of.` };
  if (portions === 1 && underWay > went / 2) return { waitMs: SECOND_MS };
  return { take: Math.min(perSecond, CANARY * 2 ** Math.min(portions, 20)), restMs: SECOND_MS };
}
