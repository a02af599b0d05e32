import type { DeadLetterFact, IncomingFact } from './fact.ts';

/** Takes facts in, in any order and however often; each message shows what follows from all of its facts. */
export abstract class Projection {
  /**
   * Resolves when the fact and what follows from it are committed.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract project(fact: IncomingFact): Promise<void>;

  /** Resolves when the dead letter is committed; a repeat changes nothing. */
  abstract addDeadLetter(letter: DeadLetterFact): Promise<void>;
}
