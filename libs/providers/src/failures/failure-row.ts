import type { FailureKind, RetryAdvice } from '#libs/contracts';

/**
 * Where a code appears: in the response to a request, in a receipt, in a broken connection, in a provider's call of our
 * webhook, about an inbound message, or as a warning only.
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
  /** The remedy, where the general one of its kind says too little. */
  remedy?: string;
  /** Unset: request. */
  stage?: FailureStage;
  /** The HTTP status that it comes with; unset where it comes with several, or with none. */
  httpStatus?: number;
  /**
   * For how much of the provider nothing goes for a while, where an answer brings it: all of the account, one sender,
   * or nothing but this message. Unset: by kind and status (failure-catalogue.ts).
   */
  holds?: 'all' | 'sender' | 'none';
  /** The reason lies with the sender: the message may go from another one. Unset: where it holds the sender. */
  bySender?: boolean;
  /** Never write to this recipient again. */
  suppress?: boolean;
  /** The scope of that suppression; unset: everything to this recipient. */
  suppressScope?: 'sender' | 'channel' | 'group';
  /** When it ends by itself, such as a daily quota. */
  ends?: string;
  /** The source of the row. */
  source: string;
}
