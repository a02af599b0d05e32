import type { DeadLetter, Failure, Lane, SendDeferred, SendDue, Status } from '#libs/contracts';

/** Failures that are tried again, each kind with waits of its own. */
export const retriedKinds = ['transient', 'throttled', 'unavailable', 'account'] as const;
export type RetriedKind = (typeof retriedKinds)[number];

export interface Backoff {
  /** Upper bound of the first wait, in milliseconds; it doubles with each further one. */
  baseMs: number;
  capMs: number;
}

/** When a failure of one kind is tried again in one lane. */
export interface KindPolicy extends Backoff {
  /** full: the wait is drawn evenly from 0 up to its bound; none: it is the bound. */
  jitter: 'full' | 'none';
  /** After this many attempts the message is given up; undefined: only when it expires. */
  attempts?: number | undefined;
  /** Given up this long after it was asked for, in milliseconds, even if it expires later. */
  deadlineMs?: number | undefined;
  /** A wait that the provider asks for (Retry-After) is cut to this, in milliseconds; 0: it is ignored. */
  retryAfterAtMostMs: number;
}

/**
 * Whether a message goes again whose lost answer was not found in time. unshared: only where its call carried no other
 * message.
 */
export type Resend = 'always' | 'unshared' | 'never';

export interface UnknownPolicy {
  /** First look at the provider after this many milliseconds. */
  firstLookMs: number;
  /** How long a lost answer is looked for, in milliseconds. */
  windowMs: number;
  resend: Resend;
}

export interface LanePolicy {
  kinds: Record<RetriedKind, KindPolicy>;
  /** Longest rest after trouble of others, in milliseconds, for messages of a short life (see rest.policy.ts). */
  restCapMs: number;
  unknown: UnknownPolicy;
}

export type RetryPolicy = Record<Lane, LanePolicy>;

/** What is known of a message beside the fact at hand. */
export interface Known {
  /** A receipt or a look-up proved that a provider took it. */
  accepted: boolean;
  /** Upstream wants it sent no more, or an operator. */
  cancelled: boolean;
  /** Where it was an operator: why, in plain words. */
  cancelledBecause?: string;
}

/** When a decision is made, and the chance in it. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** At least 0, below 1. */
  jitter: number;
}

/** The next hop of a message. */
export interface Plan {
  mode: SendDue['mode'];
  kind: SendDeferred['why'];
  /** Parked: at the latest. */
  dueAt: string;
  /** Parked until this key is open, such as route:…; undefined: it goes at dueAt. */
  waitsFor?: string;
  /** Parked: not before, however open the key is. */
  notBefore?: string;
  /** Released with others of its key, those that came first before it: the offset of its request. */
  position?: number;
  /** In plain words. */
  why: string;
}

/** A fact about a message as far as a policy decides it. */
export interface Verdict {
  status: Status;
  final: boolean;
  hop: number;
  reason: string;
  nextAt?: string;
  failure?: Failure;
}

/** What follows from a deferred message. Kept, so that a redelivery reports the same again: no content, no address. */
export interface Decision {
  outcome: 'planned' | 'dead-lettered' | 'cancelled' | 'accepted';
  at: string;
  plan?: Plan;
  facts: Verdict[];
  burial?: { reason: DeadLetter['reason']; failure: Failure };
}
