import type { Identity } from '#libs/contracts';
import type { RequestedCancellation } from './answer.policy.ts';

/** The cancellations of this channel. */
export abstract class Cancellations {
  /**
   * From then on no claim of this message leads to a call. A repeat is answered again.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract keep(of: Identity): Promise<void>;

  /**
   * Those that are due for a check, each with its hops in the ledger. They are due again after a minute, unless they
   * are closed or postponed before.
   * @throws InfrastructureDown when PostgreSQL cannot be reached.
   */
  abstract due(): Promise<RequestedCancellation[]>;

  /**
   * It needs no further answer, unless it was requested again meanwhile.
   * @throws InfrastructureDown
   */
  abstract close(asked: RequestedCancellation): Promise<void>;

  /**
   * It is due again after this many milliseconds.
   * @throws InfrastructureDown
   */
  abstract putOff(asked: RequestedCancellation, ms: number): Promise<void>;

  /**
   * Another service has published the answer.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract answered(of: Identity): Promise<void>;

  /**
   * Deletes those that are older than the ledger's retention.
   * @throws InfrastructureDown
   */
  abstract forget(): Promise<void>;
}
