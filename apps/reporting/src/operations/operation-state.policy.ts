import { isEnded, type OperatingService, type OperationState } from '#libs/contracts';
import type { OperationRow, OperationWord } from './operation.ts';

/** A service that has said nothing for so long is named, in milliseconds. */
const MISSED_AFTER_MS = 60_000;

/** requested: no service has taken it up yet. */
export type OverallState = 'requested' | OperationState;

export interface OperationProgress {
  state: OverallState;
  /** Services that have said nothing for a minute. */
  missing: OperatingService[];
  /** Of all services together. */
  counts: Record<string, number>;
}

/** How far an operation is: the fold over the last word of each service that carries it out. */
export function progressOf(
  { services, words, askedAt, publishedAt }: Pick<OperationRow, 'services' | 'words' | 'askedAt' | 'publishedAt'>,
  nowMs: number,
): OperationProgress {
  const said = words.filter(({ service }) => services.includes(service));
  const silent = services.filter((service) => !said.some((word) => word.service === service));
  return {
    // What no service answers is over once Kafka has it: the message itself says what came of it.
    state: services.length === 0 ? (publishedAt ? 'done' : 'requested') : stateOf(said, silent.length === 0),
    missing: nowMs - askedAt.getTime() >= MISSED_AFTER_MS ? silent : [],
    counts: totalOf(said),
  };
}

function stateOf(words: readonly OperationWord[], isComplete: boolean): OverallState {
  const states = words.map(({ state }) => state);
  if (isComplete && states.every(isEnded)) {
    if (states.includes('failed')) return 'failed';
    return states.includes('stopped') ? 'stopped' : 'done';
  }
  if (states.some((state) => state !== 'accepted')) return 'running';
  return states.length > 0 ? 'accepted' : 'requested';
}

function totalOf(words: readonly OperationWord[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { counts } of words)
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  return total;
}
