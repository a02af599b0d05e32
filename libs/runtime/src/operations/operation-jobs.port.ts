import type { OperationChanged, OperationRequested, OperationState } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { Counts, Portion } from './operation-work.ts';

export interface TakenJob {
  token: string;
  request: OperationRequested;
  startedAt: string;
  cursor: unknown;
  counts: Counts;
}

export interface JobWord {
  operationId: string;
  seq: number;
  state: OperationState;
  counts: Counts;
  reason: string | null;
  at: Date;
}

/** How a job begins: accepted, or ended at once, and why. */
export interface Beginning {
  state: 'accepted' | 'failed' | 'stopped';
  reason?: string;
}

/** The rows of a service’s jobs. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class OperationJobs {
  /** A request that is known already changes nothing but that its last word is reported again. */
  abstract begin(request: OperationRequested, beginning: Beginning): Promise<void>;

  /** Ends a job that has not ended; one that never came is kept as stopped, so that it does not start later. */
  abstract stop(request: OperationRequested, reason: string): Promise<void>;

  /**
   * What this service itself said last, of a job that its restored database has forgotten the end or the progress of.
   * An older word changes nothing.
   */
  abstract onOwnWord(word: OperationChanged): Promise<void>;

  /** A job that has a portion to do, also one whose holder did not come back in time. */
  abstract take(leaseMs: number): Promise<TakenJob | undefined>;

  /**
   * One portion and what it counted, all or nothing, and only while the job is still held under this token.
   * @returns whether it was
   */
  abstract portion(job: TakenJob, work: (client: PoolClient) => Promise<Portion>): Promise<boolean>;

  /** Ends a job that a fault of ours stops, where it is still held under this token. */
  abstract fail(job: TakenJob, reason: string): Promise<void>;

  /** What has changed and was not reported yet, the oldest first. */
  abstract unreported(most: number): Promise<JobWord[]>;

  abstract reported(words: readonly JobWord[]): Promise<void>;

  /** Deletes those that ended long ago. */
  abstract forget(): Promise<void>;
}
