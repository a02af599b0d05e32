export interface Participants {
  /** Keyed hash of the person's number. */
  recipient: string;
  /** Our number; undefined: any. */
  business: string | undefined;
}

/** When people last wrote to us. Stores hashes only. */
export abstract class Conversations {
  /** @throws InfrastructureDown when Postgres cannot be reached; repeating is safe. */
  abstract heard(from: Participants & { business: string; at: Date }): Promise<void>;

  /**
   * When the person last wrote, in ms since 1970; undefined: not within two days.
   * @throws InfrastructureDown
   */
  abstract lastHeard(participants: Participants): Promise<number | undefined>;

  /**
   * The provider reported that the window is closed.
   * @throws InfrastructureDown
   */
  abstract forget(recipient: string): Promise<void>;
}
