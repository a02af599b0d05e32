/** What retry keeps, as of now. */
export interface Waiting {
  /** Messages that wait for their time; counted up to a limit. */
  scheduled: number;
  /** Messages that wait until a provider takes calls; counted up to a limit. */
  parked: number;
  /** Dead letters that nobody has dealt with; counted up to a limit. */
  openLetters: number;
  /** By how many seconds the oldest one that is due is late; 0 where none is due. */
  latenessS: number;
}

export abstract class WaitingMessages {
  /**
   * @param most counts no further than this
   * @throws InfrastructureDown when Postgres cannot be reached
   */
  abstract count(most: number): Promise<Waiting>;
}
