import type { Channel } from '#libs/contracts';

/** How far the answers to what was released have been read. */
export abstract class AnswerReading {
  /**
   * @param now by the clock that the plans go by, taken before this call
   * @returns the moment up to which the channel has dealt with all that was released, and retry has read all that it
   * published of it; undefined: not known yet
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  abstract upTo(now: Date, channel: Channel): Promise<Date | undefined>;
}
