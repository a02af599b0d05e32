/** What retry keeps, each counted up to a limit. */
export interface Counted {
  /** Messages that wait for their time. */
  scheduled: number;
  /** Messages that wait until a provider takes calls. */
  parked: number;
  /** Dead letters that nobody has dealt with. */
  openLetters: number;
}

/** What retry keeps, as of now. */
export interface Waiting extends Counted {
  /** By how many seconds the oldest one that is due is late; 0 where none is due. */
  latenessS: number;
}

/** Both methods throw InfrastructureDown when Postgres cannot be reached. */
export abstract class WaitingMessages {
  /** @param most counts no further than this */
  abstract count(most: number): Promise<Counted>;

  abstract latenessS(): Promise<number>;
}
