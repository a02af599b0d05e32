import type { ProviderChanged } from '#libs/contracts';
import type { RestoredHop } from './restored-hop.policy.ts';

/** A channel's tables after a restore, which learn from the topics what they have forgotten. Repeating is safe. */
export abstract class RestoredTables {
  /** A hop was claimed, and ended so. @throws InfrastructureDown */
  abstract hop(hop: RestoredHop): Promise<void>;

  /** The acceptance of a hop was revoked. @throws InfrastructureDown */
  abstract revoked(id: string, hop: number): Promise<void>;

  /**
   * A hold as it was published: its next change must have a higher `seq`, or nobody would hear of it.
   * @param ageMs how long ago it was published
   * @throws InfrastructureDown
   */
  abstract hold(change: ProviderChanged, ageMs: number): Promise<void>;
}
