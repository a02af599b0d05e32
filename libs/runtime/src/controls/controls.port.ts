import type { ControlChanged } from '#libs/contracts';

/** A control of which this service has not said yet that it is done with it. */
export interface OpenControl {
  key: string;
  control: ControlChanged;
  /** How long ago a statement saw it that began after it was written, in milliseconds. */
  seenForMs: number;
  /** What has been counted for it so far. */
  counts: Record<string, number>;
  /** A sweep has got so far; null: it has not begun. */
  sweptTo: string | null;
}

/** A pause or a rule that is in force. */
export interface ControlInForce {
  key: string;
  control: ControlChanged;
  /** For how long it has been in force, in milliseconds. */
  forMs: number;
}

/** Where a service keeps the latest state of each control. Every method throws InfrastructureDown. */
export abstract class Controls {
  /**
   * Takes up a change. One that is older than what is known changes nothing, and neither does the same once more.
   * @returns whether it was news
   */
  abstract apply(change: ControlChanged): Promise<boolean>;

  /** Pauses and rules that are in force now, by the clock of the database. */
  abstract inForce(): Promise<ControlInForce[]>;

  /** Marks what is new as seen. @returns what was marked now */
  abstract markSeen(): Promise<ControlChanged[]>;

  /** Those that have been seen, and of which nothing final was reported. */
  abstract unreported(): Promise<OpenControl[]>;

  /** Notes how far the work for a control is. A newer change of its key is left alone. */
  abstract noteProgress(open: OpenControl, counts: Record<string, number>, sweptTo: string | null): Promise<void>;

  /** Its end is reported. A newer change of its key is left alone. */
  abstract markReported(open: OpenControl): Promise<void>;

  /** Deletes what can concern nothing any more. */
  abstract deleteOld(): Promise<void>;
}
