import type { DeadLetter, Failure, Lane, SendDeferred, SendDue, Status } from '#libs/contracts';

export interface Backoff {
  /** Upper bound of the first wait, in milliseconds; it doubles with each further one. */
  baseMs: number;
  capMs: number;
}

export interface ReconcilePolicy {
  /** First look at the provider after this many milliseconds. */
  afterMs: number;
  /** How long a lost answer is looked for, in milliseconds. */
  windowMs: Record<Lane, number>;
  /** Lanes that send again when it was not found. */
  resend: ReadonlySet<Lane>;
}

export interface RetryPolicy {
  maxAttempts: number;
  backoff: Record<Lane, Backoff>;
  /** For trouble that somebody has to fix. */
  operator: Backoff;
  reconcile: ReconcilePolicy;
}

/** What is known of a message beside the fact at hand. */
export interface Known {
  /** A receipt or a look-up proved that a provider took it. */
  accepted: boolean;
  /** Upstream wants it sent no more. */
  cancelled: boolean;
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
  dueAt: string;
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
