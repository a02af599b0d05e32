import type { StatusChanged } from '#libs/contracts';

/** As retry brings forward what is parked (apps/retry/src/park/ramp.policy.ts). */
const FIRST_RATE = 10;
const STEP_S = 5;

/** What an outage may cost. */
export const limits = {
  /** Attempts while the provider is away, as a share of the messages. */
  attemptShare: 0.02,
  hops: 50,
  /** Times the ideal time in which what had piled up is drained. */
  drain: 1.5,
  /** Of what the ramp and the provider’s rate allow in a second after the end. */
  herd: 1.5,
};

export interface OutageEvidence {
  /** When the provider went away and came back, in milliseconds since 1970. */
  from: number;
  to: number;
  /** Messages published while it was away. */
  published: number;
  /** Calls a second that the platform allows itself. */
  ratePerS: number;
  facts: readonly { fact: StatusChanged; recordedAt: number }[];
  /** When the provider took each message that was published while it was away, in milliseconds since 1970. */
  accepted: readonly { messageId: string; at: number }[];
}

export interface OutageFigures {
  messages: number;
  outageS: number;
  ratePerS: number;
  attemptsWhileAway: number;
  attemptShare: number;
  mostHops: number;
  /** From the end of the outage until the last message had gone, in seconds. */
  drainS: number;
  /** The shortest time that ramp and rate allow, in seconds. */
  idealS: number;
  /**
   * Of those that had been parked the most in a second of the first half minute after the end, as a part of what is
   * allowed then. What comes new goes by the rate alone.
   */
  herd: number;
}

/** The messages that ramp and rate allow in the n-th second after the end, from 0. */
const allowedIn = (second: number, ratePerS: number): number =>
  Math.min(ratePerS, FIRST_RATE * 2 ** Math.floor(second / STEP_S));

/** In how many seconds at least so many messages go: ten a second at first, doubled every five, up to the rate. */
export function idealSeconds(messages: number, ratePerS: number): number {
  let left = messages;
  for (let second = 0; ; second += 1) {
    const allowed = allowedIn(second, ratePerS);
    if (left <= allowed) return second + left / allowed;
    left -= allowed;
  }
}

/** What an outage cost. Pure. */
export function outageFigures(evidence: OutageEvidence): OutageFigures {
  const { from, to, published, ratePerS, facts, accepted } = evidence;
  const parked = new Set(facts.filter(({ fact }) => fact.status === 'scheduled').map(({ fact }) => fact.messageId));
  const ofParked = accepted.filter(({ messageId }) => parked.has(messageId)).map(({ at }) => at);
  const attempts = facts.filter(({ fact }) => isAttempt(fact) && isWithin(Date.parse(fact.at), from, to)).length;
  const last = accepted.reduce((latest, { at }) => Math.max(latest, at), to);
  return {
    messages: published,
    outageS: round((to - from) / 1_000),
    ratePerS,
    attemptsWhileAway: attempts,
    attemptShare: published === 0 ? 0 : attempts / published,
    mostHops: facts.reduce((most, { fact }) => Math.max(most, fact.hop ?? 0), 0),
    drainS: round((last - to) / 1_000),
    idealS: round(idealSeconds(published, ratePerS)),
    herd: round(herdOf(ofParked, to, ratePerS)),
  };
}

/** What a channel reports of a call: a provider was asked, and did not take it. */
const isAttempt = ({ source, channel, provider, status }: StatusChanged): boolean =>
  source === channel &&
  provider !== undefined &&
  (status === 'retrying' || status === 'failed' || status === 'unconfirmed');

const isWithin = (at: number, from: number, to: number): boolean => at >= from && at < to;

/**
 * In each of the first thirty seconds, what went against what may go. A ramp that has just doubled, or doubles a moment
 * early, is no herd: the second is allowed what the next step is.
 */
function herdOf(acceptedAt: readonly number[], to: number, ratePerS: number): number {
  const seconds = Map.groupBy(
    acceptedAt.filter((at) => isWithin(at, to, to + 30_000)),
    (at) => Math.floor((at - to) / 1_000),
  );
  return [...seconds].reduce(
    (most, [second, went]) => Math.max(most, went.length / allowedIn(second + STEP_S, ratePerS)),
    0,
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** What is beyond its limit, in words. */
export function beyondLimits(figures: OutageFigures): string[] {
  const { attemptShare, mostHops, drainS, idealS, herd } = figures;
  return [
    ...(attemptShare > limits.attemptShare
      ? [`attempts while the provider was away: ${(attemptShare * 100).toFixed(1)} % of the messages`]
      : []),
    ...(mostHops >= limits.hops ? [`a message took ${mostHops} hops`] : []),
    ...(drainS > limits.drain * idealS ? [`drained in ${drainS} s, ${idealS} s would be ideal`] : []),
    ...(herd > limits.herd ? [`a herd: ${herd} times what may go in a second`] : []),
  ];
}

/** How long messages took that had another provider: from request to acceptance, in milliseconds. */
export function waitsOf(took: readonly number[]): { p50: number; p99: number; longest: number } {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), longest: sorted.at(-1) ?? 0 };
}
