import type { DeadLetter, SendDue, StatusChanged } from '#libs/contracts';

/** What retry tells the world. Resolves when Kafka has it; repeating is safe, since ids are derived. */
export abstract class Announcer {
  /** @throws InfrastructureDown when Kafka cannot be reached. */
  abstract facts(facts: readonly StatusChanged[]): Promise<void>;

  /** @throws InfrastructureDown when Kafka cannot be reached. */
  abstract deadLetter(letter: DeadLetter): Promise<void>;

  /**
   * Hands a message back to its channel, in its lane and under its own key.
   * @throws InfrastructureDown when Kafka cannot be reached.
   */
  abstract due(due: SendDue): Promise<void>;
}
