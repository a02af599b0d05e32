/** Where what has served its time is deleted. */
export abstract class Retention {
  /**
   * Deletes a small portion of what is past its retention.
   * @returns whether there is more.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract deleteSome(): Promise<{ more: boolean }>;
}
