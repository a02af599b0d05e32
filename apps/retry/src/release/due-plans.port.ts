import type { SendDue } from '#libs/contracts';

export interface DuePlan {
  id: string;
  due: SendDue;
  /** Trace headers from when it was planned. */
  trace: Record<string, string>;
}

export interface DueBatch {
  /** Of this taking only: marks what was taken now. */
  token: string;
  plans: DuePlan[];
  /** More may be due. */
  more: boolean;
}

/** Where plans wait until they are due. */
export abstract class DuePlans {
  /**
   * Takes what is due, and what another replica took and did not finish in time; committed before it returns, so that
   * nothing is published that could still be cancelled.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract take(): Promise<DueBatch>;

  /**
   * Marks plans as published where they are still those that were taken.
   * @throws InfrastructureDown when Postgres cannot be reached; they are then released once more, under the same ids.
   */
  abstract markPublished(token: string, plans: readonly DuePlan[]): Promise<void>;
}
