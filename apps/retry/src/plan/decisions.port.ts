import type { SendDeferred } from '#libs/contracts';
import type { Decision, Known } from './decision.ts';

export interface Question {
  deferred: SendDeferred;
  /** Trace headers, kept with the plan until it is due. */
  trace: Record<string, string>;
  /** Pure: what follows, given what is known. */
  decide: (known: Known) => Decision;
}

export interface Answer {
  decision: Decision;
  /** This very fact was decided before. */
  repeated: boolean;
}

/** Where each deferred message is decided once. */
export abstract class Decisions {
  /**
   * Decides, raises the message's high water and keeps the plan, all or nothing. The same fact again gives the kept
   * decision.
   * @returns undefined when this hop or a later one was decided for another fact.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract decideOnce(question: Question): Promise<Answer | undefined>;
}
