/** A record as Kafka has it. */
export interface RecordBytes {
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, string | undefined>>;
  /** ms since 1970. */
  timestamp: number;
}

/** Reads single records of `messaging.unreadable`. */
export abstract class UnreadableBytes {
  /**
   * @returns undefined: Kafka has deleted it
   * @throws InfrastructureDown when Kafka cannot be reached, or does not give it in time
   */
  abstract read(partition: number, offset: number): Promise<RecordBytes | undefined>;
}
