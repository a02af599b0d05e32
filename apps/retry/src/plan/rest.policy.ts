/** No life is cut into more rests than this: hops are counted in 16 bits, and each rest is one. */
const RESTS_IN_A_LIFE = 5_000;
const SECOND = 1_000;
const MOST_DOUBLINGS = 30;

/** From when until when a message is wanted, in milliseconds since 1970. */
export interface Life {
  from: number;
  until: number;
}

/**
 * How long a message rests at least after it was put off for trouble of others: a hold, throttling, a provider that is
 * away. One second, doubled each time, up to the lane's cap or the 5,000th part of the message's life, whichever is
 * longer. The end of the trouble does not shorten it: a provider that comes and goes would take a hop a second.
 * @param rests 1 for the first time; 0: not at all
 * @returns milliseconds
 */
export function restMs(rests: number, capMs: number, { from, until }: Life): number {
  if (rests <= 0) return 0;
  const longest = Math.max(capMs, Math.ceil((until - from) / RESTS_IN_A_LIFE));
  return Math.min(longest, SECOND * 2 ** Math.min(rests, MOST_DOUBLINGS));
}
