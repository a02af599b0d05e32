import type { AuditEntry } from '../access/audit/audit.port.ts';

/** How far the counts are made anew. */
export interface RebuildState {
  /** Counted from 1. */
  number: number;
  askedBy: string;
  askedAt: Date;
  /** folding: each message is folded anew; recounting: each day is counted anew. */
  stage: 'folding' | 'recounting' | 'done';
  /** Messages that were folded so far. */
  folded: number;
  /** Days that were counted anew so far. */
  recounted: number;
  endedAt: Date | null;
}

/** A day whose counts were compared with its messages. */
export interface ComparedDay {
  day: string;
  /** Rows that are not what the messages say. */
  different: number;
  at: Date;
  /** When it was counted anew. */
  repairedAt: Date | null;
}

/** The counts as a whole. Each method throws InfrastructureDown when PostgreSQL is away; repeating is safe. */
export abstract class Counts {
  /** Begins a rebuild, unless one runs, and writes the row of the audit. @returns the one that runs */
  abstract beginRebuild(entry: AuditEntry): Promise<RebuildState>;

  /** The rebuild that runs or ran last. */
  abstract rebuild(): Promise<RebuildState | undefined>;

  /** One portion of the rebuild that runs; replicas share it. @returns whether there is more to do */
  abstract rebuildSome(): Promise<boolean>;

  /**
   * Compares one day with its messages, once a night; replicas share it.
   * @param share from 0 to 1: which of the days
   * @returns undefined: it was done before, or there is no day to compare
   */
  abstract compareTonight(share: number): Promise<ComparedDay | undefined>;

  /** The days that were compared last, the newest first. */
  abstract compared(): Promise<ComparedDay[]>;
}
