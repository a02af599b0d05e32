export interface Use {
  /** The number of requests in this hour, this one included. */
  asked: number;
  /** The rest of the hour, in milliseconds. */
  endsInMs: number;
}

/** Counts messages by prefix and hour, over all replicas. */
export abstract class PrefixUse {
  /** @throws InfrastructureDown when Postgres cannot be reached; repeating counts it again. */
  abstract count(prefix: string): Promise<Use>;
}
