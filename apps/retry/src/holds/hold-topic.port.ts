import type { ProviderChanged } from '#libs/contracts';
import type { Position, Positions } from './holds.port.ts';

/** The topic of holds beside the group that reads it. */
export abstract class HoldTopic {
  /** Its full name. */
  abstract readonly name: string;

  /** How far retry's group has read it. @throws InfrastructureDown when Kafka cannot be asked. */
  abstract groupReadUpTo(): Promise<Positions>;

  /**
   * Reads it from its beginning to its present end.
   * @param each is given what can be read, and how long ago it was published, in milliseconds
   * @throws InfrastructureDown when that does not come to an end; what `each` throws.
   */
  abstract readWhole(each: (change: ProviderChanged, at: Position, ageMs: number) => Promise<void>): Promise<void>;
}
