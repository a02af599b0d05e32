import type { FailureKind, RetryAdvice } from '#libs/contracts';

/**
 * Where a code shows: in the answer to a request, in a receipt, in a broken connection, in a provider's call of our
 * webhook, about a message to us, or as a warning only.
 */
export type FailureStage = 'request' | 'receipt' | 'network' | 'webhook' | 'inbound' | 'warning';

/** One row of a failure table. */
export interface FailureRow {
  /** The provider's code, or `http_<status>`. */
  code: string;
  kind: FailureKind;
  retry: RetryAdvice;
  /** What happened, in plain words. */
  meaning: string;
  /** What to do, where the general advice for its kind says too little. */
  remedy?: string;
  /** Unset: request. */
  stage?: FailureStage;
  /** The status it comes with; unset where it comes with several, or with none. */
  httpStatus?: number;
  /** Never write to this recipient again. */
  suppress?: boolean;
  /** How far that reaches; unset: everything to this recipient. */
  suppressScope?: 'sender' | 'channel' | 'group';
  /** When it is over by itself, such as a daily quota. */
  ends?: string;
  /** Where the fact comes from. */
  source: string;
}
