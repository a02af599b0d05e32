import type { Identity } from '#libs/contracts';

/** The schedule, as facts about it are learned again after a restore. */
export abstract class PlanEnds {
  /**
   * No plan of the message up to this hop goes any more, not even one that still waits.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract endUpTo(of: Identity, hop: number): Promise<void>;

  /** Whether a provider is known to have the message. @throws InfrastructureDown */
  abstract isAccepted(of: Identity): Promise<boolean>;
}
