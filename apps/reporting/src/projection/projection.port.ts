import type { DeadLetterFact, IncomingFact } from './fact.ts';

/** Stores facts, in any order and with repeats; each message's state follows from all of its facts. */
export abstract class Projection {
  /**
   * Resolves when the fact and the resulting state are committed.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract project(fact: IncomingFact): Promise<void>;

  /** Resolves when the dead letter is committed; a repeat changes nothing. */
  abstract addDeadLetter(letter: DeadLetterFact): Promise<void>;

  /**
   * Joins the facts that wait for these messages, which are known now.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract joinWaiting(ids: readonly string[]): Promise<void>;
}
