/** Whether too much is parked, as this round has found it. */
export interface ParkedState {
  /** Counted up to the limit. */
  parked: number;
  isFull: boolean;
  /** It was the other way before. */
  hasChanged: boolean;
}

/** Where it is counted how many plans are parked. */
export abstract class ParkedCount {
  /**
   * Counts what is parked: full from `limit` on, until half of it is left.
   * @returns undefined where another replica has counted a moment ago
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract count(limit: number): Promise<ParkedState | undefined>;
}
