import type { Lane } from '#libs/contracts';

/** What retry’s ramp begins with, and what this provider takes in a second (apps/retry/src/park/ramp.policy.ts). */
export const PROVIDERS_RATE = 10;

export const limits = {
  /**
   * Releases in any second: the second step of the ramp, which the provider refuses, and on top of it what a killed
   * replica had taken and another one takes up. Two ramps, or one that went on doubling, would release 40.
   */
  releasedInASecond: 3 * PROVIDERS_RATE,
  /**
   * Messages a second that the provider takes, at least. Each refusal holds it for a second or two, and the ramp begins
   * anew at ten a second, which is the provider’s very limit.
   */
  acceptedPerS: PROVIDERS_RATE / 4,
  /** Of what is taken while all lanes wait; four in five are meant to be (libs/contracts, lane shares). */
  urgentShare: 0.7,
};

export interface ParkedEvidence {
  /** Between which times it was watched, in milliseconds since 1970. */
  from: number;
  to: number;
  lanes: ReadonlyMap<string, Lane>;
  /** When retry released something. */
  releasedAt: readonly number[];
  accepted: readonly { messageId: string; at: number }[];
  /** What still waits at retry. */
  waiting: ReadonlySet<string>;
}

export interface ParkedFigures {
  messages: number;
  seconds: number;
  mostReleasedInASecond: number;
  acceptedPerS: number;
  urgentShare: number;
  sentTwice: number;
  lost: number;
}

/** How what was parked left. Pure. */
export function parkedFigures({ from, to, lanes, releasedAt, accepted, waiting }: ParkedEvidence): ParkedFigures {
  const within = accepted.filter(({ at }) => at >= from && at < to);
  const taken = new Set(accepted.map(({ messageId }) => messageId));
  const urgent = within.filter(({ messageId }) => lanes.get(messageId) === 'urgent').length;
  return {
    messages: lanes.size,
    seconds: round((to - from) / 1_000),
    mostReleasedInASecond: mostInASecond(releasedAt.filter((at) => at >= from && at < to)),
    acceptedPerS: round((within.length * 1_000) / (to - from)),
    urgentShare: round(within.length === 0 ? 0 : urgent / within.length),
    sentTwice: accepted.length - taken.size,
    lost: [...lanes.keys()].filter((messageId) => !taken.has(messageId) && !waiting.has(messageId)).length,
  };
}

function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [first, most] = [0, 0];
  for (const [last, at] of sorted.entries()) {
    while (sorted[first]! <= at - 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** What is beyond its limit, in words. */
export function beyondParkedLimits(figures: ParkedFigures): string[] {
  const { mostReleasedInASecond, acceptedPerS, urgentShare, sentTwice, lost } = figures;
  return [
    ...(mostReleasedInASecond > limits.releasedInASecond ? [`${mostReleasedInASecond} released in a second`] : []),
    ...(acceptedPerS < limits.acceptedPerS ? [`only ${acceptedPerS} a second were taken`] : []),
    ...(urgentShare < limits.urgentShare ? [`only ${urgentShare} of them were urgent`] : []),
    ...(sentTwice > 0 ? [`${sentTwice} were sent twice`] : []),
    ...(lost > 0 ? [`${lost} were lost`] : []),
  ];
}
