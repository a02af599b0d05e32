import type { CancelRuleChanged, SendDue } from '#libs/contracts';

/** A plan that a rule has cancelled. */
export interface CancelledPlan {
  due: SendDue;
  /** When; ISO 8601. */
  at: string;
  /** Trace headers from when it was planned. */
  trace: Record<string, string>;
}

export interface Portion {
  cancelled: CancelledPlan[];
  /** Up to where the plans are done with; null: all of them are. */
  upTo: string | null;
}

/** Where what is planned is cancelled by an operator's rule. Every method throws InfrastructureDown. */
export abstract class CancelledPlans {
  /**
   * Cancels those that a rule is about, of the plans that follow an id. Where it was asked before, what was cancelled
   * then is returned again, so that it can be reported.
   * @param after null: from the first one
   */
  abstract portion(rule: CancelRuleChanged, after: string | null): Promise<Portion>;

  /** How many a rule has cancelled. */
  abstract count(rule: CancelRuleChanged): Promise<number>;
}
