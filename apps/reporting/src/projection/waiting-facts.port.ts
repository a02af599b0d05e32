/** Facts whose messages are not known. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class WaitingFacts {
  /**
   * Joins those whose message has come by a transaction that did not see them.
   * @returns how many were looked at; as many as `most`: there may be more
   */
  abstract joinLate(most: number): Promise<number>;

  /** Deletes those that have waited for too long, and counts them as late. @returns how many of each kind */
  abstract giveUp(days: number, most: number): Promise<{ source: string; status: string; facts: number }[]>;
}
