/** The periods that messages belong to. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class Periods {
  /**
   * Opens the next period once the one that is open is old enough, with its tables. If it cannot, the old one stays
   * open and takes what comes.
   * @param days how long a period lasts
   * @returns whether one was opened
   */
  abstract openNext(days: number): Promise<boolean>;

  /** Deletes periods that were closed longer ago than their retention, whole. @returns how many */
  abstract drop(days: number): Promise<number>;

  /**
   * Deletes a portion of what is past its retention and belongs to no period.
   * @returns how many rows; as many as `most`: there may be more
   */
  abstract deleteSome(timelineDays: number, rollupDays: number, most: number): Promise<number>;

  /** When the open period was opened. */
  abstract openSince(): Promise<Date>;
}
