import type { Channel, Identity } from '#libs/contracts';

/** What was released long ago, and not answered yet. */
export interface Overdue {
  /** The clock of the plans, before it was looked. */
  now: Date;
  channels: Channel[];
  /** Messages that stay unanswered although they were released again several times. */
  stuck: number;
}

/** What becomes of plans once they are released. */
export abstract class Answers {
  /**
   * The channel, or a decision, is done with this hop of the message: no plan up to it waits for an answer any more.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract note(of: Identity, hop: number): Promise<void>;

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  abstract overdue(): Promise<Overdue>;

  /**
   * Lets what was released before `upTo` and is not answered go once more: the same hop under the same ids, later each
   * time.
   * @returns how many messages.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract releaseAgain(channel: Channel, upTo: Date): Promise<number>;
}
