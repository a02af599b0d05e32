import type { ResendPlan } from '#libs/delivery';

/**
 * WhatsApp messages that were sent as free-form text and also have a template, until the template is certainly not
 * needed.
 */
export abstract class ResendPlans {
  /**
   * @param id the ledger's key of the message. @throws InfrastructureDown when Postgres cannot be reached; repeating is
   * safe.
   */
  abstract keep(id: string, resendPlan: ResendPlan): Promise<void>;

  /**
   * Undefined where none was stored, or too long ago.
   * @throws InfrastructureDown
   */
  abstract of(id: string, hop: number): Promise<ResendPlan | undefined>;
}
