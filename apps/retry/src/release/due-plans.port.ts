import type { Channel, SendDue } from '#libs/contracts';
import type { ReadUpTo } from './evidence-reader.port.ts';

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

export interface WaitingResends {
  /** The clock of the plans, before it was looked. */
  now: Date;
  /** Those with a message that is to go again although an earlier call may have been taken. */
  channels: Channel[];
}

/** Where plans wait until they are due. */
export abstract class DuePlans {
  /**
   * Whether anything waits that may be taken only once the evidence before it has been read.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract waitingResends(): Promise<WaitingResends>;

  /**
   * Takes what is due, and what another replica took and did not finish in time; committed before it returns, so that
   * nothing is published that could still be cancelled. What goes again after a lost answer stays until everything that
   * was reported before it was planned has been read.
   * Each lane by its share, the longest due first.
   * @param most no more than so many; default: a batch
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract take(evidenceRead: ReadUpTo, most?: number): Promise<DueBatch>;

  /**
   * Marks plans as published where they are still those that were taken.
   * @throws InfrastructureDown when Postgres cannot be reached; they are then released once more, under the same ids.
   */
  abstract markPublished(token: string, plans: readonly DuePlan[]): Promise<void>;
}
