import { randomUUID } from 'node:crypto';
import type { DeadLetter, OperationRequested, SendDeferred } from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import { PostgresOperationJobs, OperationRunner } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDeferred, aFailure } from '#libs/testing';
import { BringForward } from '../src/letters/bring-forward.work.ts';
import { DiscardLetters } from '../src/letters/discard.work.ts';
import { RedriveLetters } from '../src/letters/redrive.work.ts';
import type { Decision } from '../src/plan/decision.ts';
import { asking, type Schedule } from './schedule.fixtures.ts';

export const given = (reason: DeadLetter['reason']): Decision => ({
  outcome: 'dead-lettered',
  at: new Date().toISOString(),
  facts: [],
  burial: { reason, failure: aFailure() },
});

/** Gives a message up, as a decision does. */
export const giveUp = (
  { decisions }: Pick<Schedule, 'decisions'>,
  messageId: string,
  reason: DeadLetter['reason'] = 'failed',
  more: Partial<SendDeferred> = {},
) =>
  decisions.decideOnce(asking(aDeferred({ messageId, expiresAt: '2040-01-01T00:00:00.000Z', ...more }), given(reason)));

export interface LetterRow {
  message_id: string;
  hop: number;
  state: string;
  operation_id: string | null;
  settled_by: string | null;
  payload: unknown;
}

export const letterRows = async (pool: Pool): Promise<LetterRow[]> =>
  (
    await pool.query<LetterRow>(
      'SELECT message_id, hop, state, operation_id, settled_by, payload FROM retry.letter ORDER BY message_id, hop',
    )
  ).rows;

/** A replica’s runner of redrives and discards. It rests no longer than it is asked again. */
export function aRunner(pool: Pool, now: () => number = Date.now): OperationRunner {
  const moment = () => ({ now: now(), jitter: 0.5 });
  return new OperationRunner({
    service: 'retry',
    store: new PostgresOperationJobs(pool, 'retry'),
    works: [new RedriveLetters(moment), new DiscardLetters(), new BringForward()],
    publisher: { publishAll: () => Promise.resolve([]) },
    logger: createLogger('test', 'silent'),
  });
}

export const anOrder = (
  kind: OperationRequested['kind'],
  work: object,
  more: Partial<OperationRequested> = {},
): OperationRequested => ({
  eventId: randomUUID(),
  operationId: randomUUID(),
  kind,
  services: ['retry'],
  at: new Date().toISOString(),
  work: { ...work },
  ...more,
});

export interface JobRow {
  state: string;
  counts: Record<string, number>;
  reason: string | null;
}

export async function jobOf(pool: Pool, operationId: string): Promise<JobRow> {
  const { rows } = await pool.query<JobRow>(
    'SELECT state, counts, reason FROM retry.operation_job WHERE operation_id = $1',
    [operationId],
  );
  return rows[0]!;
}

/** All portions that are due, without their rests. */
export async function runThrough(pool: Pool, runner: OperationRunner, most = 200): Promise<void> {
  for (let portions = 0; portions < most; portions += 1) {
    await pool.query("UPDATE retry.operation_job SET rest_until = now() - interval '1 second'");
    if (!(await runner.runOne()).more) return;
  }
}
