import type { OperationKind } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { z } from 'zod';
import { tokenOf } from '../made.ts';

/** How many rows met which end. */
export type Counts = Readonly<Record<string, number>>;

/** A job as one portion of it sees it. */
export interface Run<W = unknown> {
  operationId: string;
  /** Whose messages it may touch; undefined: everybody’s. */
  tenants: readonly string[] | undefined;
  /** How many rows it may touch; undefined: as many as there are. */
  atMost: number | undefined;
  work: W;
  /** When it was taken up, by the database’s clock and in its words: what came to be later is left alone. */
  startedAt: string;
  /** What the last portion left; null: none has run. */
  cursor: unknown;
  /** Of all portions so far. */
  counts: Counts;
}

/** What a portion has done. */
export interface Portion {
  /** Of this portion alone: they are added up. */
  counts: Counts;
  /** Given to the next portion; undefined: as it was. */
  cursor?: unknown;
  /** Nothing is left, or it gives up. */
  end?: { state: 'done' | 'stopped' | 'failed'; reason?: string };
  /** How long the next portion waits at least, in milliseconds. */
  restMs?: number;
  /** What it waits for, where that is not as usual: a sentence. */
  waitsFor?: string;
}

/** How one kind of job is done. */
export interface OperationWork<W = unknown, P = unknown> {
  kind: OperationKind;
  /** Of `work`: what breaks it ends the job as failed. */
  schema: z.ZodType<W>;
  /** Work outside of the database, such as asking a provider. It may be repeated. Limited by the lease. */
  prepare?(run: Run<W>): Promise<P>;
  /**
   * One portion, in a transaction that holds the job’s row. Small enough for a second or so. What it must report after
   * the commit it writes as state first, so that it stays reported-able.
   */
  portion(client: PoolClient, run: Run<W>, prepared: P): Promise<Portion>;
}

/** The kinds of jobs that a service knows. */
export const OPERATION_WORKS = tokenOf<readonly OperationWork[]>('kinds of operations');
