export interface Use {
  /** How many were asked for in this hour, this one included. */
  asked: number;
  /** How long the hour goes on, in milliseconds. */
  endsInMs: number;
}

/** Counts messages by prefix and hour, of all replicas together. */
export abstract class PrefixUse {
  /** @throws InfrastructureDown when Postgres cannot be reached; repeating counts it again. */
  abstract count(prefix: string): Promise<Use>;
}
