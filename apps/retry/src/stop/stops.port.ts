import type { CancelRefusal, Identity, SendDue } from '#libs/contracts';

export type Cancellation =
  /**
   * It was still waiting and does not go any more; `due` is what would have gone, `at` when it was cancelled, `trace`
   * its message's headers.
   */
  | { cancelled: true; due: SendDue; at: string; trace: Record<string, string> }
  /** It has ended by a decision of retry's: what is reported of the cancellation, and when it was asked for first. */
  | { cancelled: false; because: 'ended'; refusal: CancelRefusal; at: string }
  /**
   * Nothing to take back: where the plan stands, or that there is none. What came of it the channel knows, and reports.
   */
  | { cancelled: false; because: 'no plan' | 'releasing' | 'published' | 'answered' | 'stopped' | 'looking' };

/** Where plans are ended before their time. */
export abstract class Stops {
  /**
   * A provider took this hop of the message: what is planned for it does not go, unless the provider has given that
   * hop, or a later one, back. Messages never deferred cost one look.
   * @returns whether a plan was stopped.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract markAccepted(of: Identity, hop: number): Promise<boolean>;

  /**
   * Cancels what is pending; whatever else is on its way is remembered as wanted no more. Again gives the same.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract cancel(of: Identity): Promise<Cancellation>;
}
