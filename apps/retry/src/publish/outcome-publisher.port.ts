import type { DeadLetter, SendDue, SendPlanned, StatusChanged } from '#libs/contracts';

/** What retry publishes. Resolves when Kafka has it; repeating is safe, since ids are derived. */
export abstract class OutcomePublisher {
  /** @throws InfrastructureDown when Kafka cannot be reached. */
  abstract facts(facts: readonly StatusChanged[]): Promise<void>;

  /** @throws InfrastructureDown when Kafka cannot be reached. */
  abstract deadLetter(letter: DeadLetter): Promise<void>;

  /**
   * A hand-over was decided on, and what follows is published: its channel need not keep it any longer.
   * @throws InfrastructureDown when Kafka cannot be reached.
   */
  abstract planned(planned: SendPlanned): Promise<void>;

  /**
   * Hands a message back to its channel, in its lane and under its own key.
   * @throws InfrastructureDown when Kafka cannot be reached; RecordRefused when it cannot be handed back at all.
   */
  abstract due(due: SendDue): Promise<void>;
}
