export interface ReservationRequest {
  sender: string;
  perS: number;
  /** How many moments to reserve. */
  count: number;
}

/** Where all replicas of a channel share out the moments at which a slow sender may send. */
export abstract class SenderReservations {
  /**
   * Reserves the next free moments, each 1/`perS` after the one before. One request per sender at a time.
   * @returns in how many milliseconds the first of them comes.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe, and costs at most a slice.
   */
  abstract reserve(request: ReservationRequest): Promise<number>;
}
