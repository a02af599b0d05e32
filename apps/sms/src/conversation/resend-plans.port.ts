import type { ResendPlan } from '#libs/delivery';

/**
 * WhatsApp messages that went in their own words and have a template beside, until it is certain that it is not needed.
 */
export abstract class ResendPlans {
  /**
   * @param id the ledger's key of the message. @throws InfrastructureDown when Postgres cannot be reached; repeating is
   * safe.
   */
  abstract keep(id: string, resendPlan: ResendPlan): Promise<void>;

  /** Undefined where none was kept, or too long ago. @throws InfrastructureDown */
  abstract of(id: string, hop: number): Promise<ResendPlan | undefined>;
}
