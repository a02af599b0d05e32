import type { ParkedChanged } from '#libs/contracts';

/** What is known of the messages that retry has parked. Times in milliseconds. */
export interface BacklogState {
  parked: number;
  /** Retry has said so, and not too long ago. */
  isFull: boolean;
  /** How long it has been full; 0: it is not. */
  fullForMs: number;
}

/** Where the replicas of a channel share what retry has said of its parked messages. */
export abstract class Backlog {
  /**
   * Takes up what retry has said.
   * @param forMs how long it still holds
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract apply(changed: ParkedChanged, forMs: number): Promise<void>;

  /** Undefined: retry has never said anything. @throws InfrastructureDown when Postgres cannot be reached. */
  abstract state(): Promise<BacklogState | undefined>;
}
