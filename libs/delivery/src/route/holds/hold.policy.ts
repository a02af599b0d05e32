import type { Failure } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import type { HoldLimits } from './holds.config.ts';

/** A hold that an answer of a provider asks for. Times in milliseconds. */
export interface HoldRequest {
  provider: string;
  /** `all`, or `sender:<number or address>`. */
  scope: string;
  failure: Pick<Failure, 'kind' | 'code' | 'meaning'>;
  /** How long the provider asked to be left alone; undefined: it did not say. */
  askedMs: number | undefined;
  /** How long the first hold lasts where it did not say; it doubles with each that follows. */
  baseMs: number;
  maxMs: number;
}

/** The scopes of holds that concern the calls of a sender. */
export const scopesOf = (sender: string | undefined): string[] =>
  sender === undefined ? ['all'] : ['all', `sender:${sender}`];

/**
 * The hold that a result asks for; undefined: none. Only an answer of the provider leads to one: where no answer came,
 * the circuit judges.
 * @param now in ms since 1970
 */
export function holdOf(
  result: SendResult,
  provider: string,
  sender: string | undefined,
  limits: HoldLimits,
  now: number,
): HoldRequest | undefined {
  if (result.sent || result.failure.holds === undefined) return undefined;
  const { failure, holdUntil } = result;
  const { kind, code, meaning, holds, retryAfterMs } = failure;
  const length =
    kind === 'throttled'
      ? { baseMs: limits.throttledMs, maxMs: limits.throttledMaxMs }
      : { baseMs: limits.accountMs, maxMs: limits.accountMaxMs };
  return {
    provider,
    // Where the provider picks the sender, all of the account is concerned.
    scope: holds === 'sender' && sender !== undefined ? `sender:${sender}` : 'all',
    failure: { kind, code, meaning },
    askedMs: retryAfterMs ?? (holdUntil === undefined ? undefined : Math.max(0, holdUntil - now)),
    ...length,
  };
}

// Past this many doublings every longest time is reached.
const MOST_DOUBLINGS = 30;

/** How long the n-th hold in a row lasts, in milliseconds. @param round from 1 */
export function holdLength({ askedMs = 0, baseMs, maxMs }: HoldRequest, round: number): number {
  return Math.min(maxMs, Math.max(askedMs, baseMs * 2 ** Math.min(round - 1, MOST_DOUBLINGS)));
}
