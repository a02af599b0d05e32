/** What a consumer group has still to read. */
export interface GroupLag {
  group: string;
  /** Records between its commits and the ends of its topics. */
  records: number;
  /** Topics of which it has not read everything, the furthest behind first. */
  topics: { topic: string; records: number }[];
}

/** Asks Kafka how far the services have read. */
export abstract class Lags {
  /** @throws InfrastructureDown when Kafka cannot be asked */
  abstract all(): Promise<GroupLag[]>;
}
