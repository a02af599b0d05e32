/** What came of one list, in one run. */
export interface ListOutcome {
  provider: string;
  list: string;
  /** Entries that are there. */
  read: number;
  /** Those of them that were new, and were published. */
  published: number;
  /** Why it, or the rest of it, could not be read. */
  trouble?: string;
}

/** The last run, of whichever replica. */
export interface ListRun {
  state: 'never' | 'running' | 'done' | 'failed';
  /** Counted from 1: who waits for a run knows by it that another has begun. */
  run: number;
  /** ISO 8601. */
  beganAt: string | null;
  endedAt: string | null;
  lists: readonly ListOutcome[];
  /** Code of the error that ended it early. */
  failure: string | null;
}

/** Whose turn it is to read the lists: a row of the channel's schema. Every method throws InfrastructureDown. */
export abstract class ListTurns {
  abstract last(): Promise<ListRun>;

  /** The next run is due now. @returns the number that it will have */
  abstract ask(): Promise<number>;

  /**
   * Takes the turn where a run is due and no other replica has it.
   * @returns a token; undefined: it is not due, or another's
   */
  abstract take(): Promise<string | undefined>;

  /** Tells how far it is, and keeps the turn. @returns false: it is another's by now */
  abstract keep(token: string, lists: readonly ListOutcome[]): Promise<boolean>;

  /** @param nextInMs when the next run is due, in milliseconds. A turn that is another's by now stays as it is. */
  abstract end(token: string, outcome: { failure: string | null; nextInMs: number }): Promise<void>;
}
