import { Stopping } from '#libs/transport';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';
import { stopped } from './ending.policy.ts';

/**
 * Used where PostgreSQL refuses the data of a hop. Its record is quarantined then. A hop that only has to be ended has
 * had no effect before: its end is published without the ledger.
 */
export function endWithoutLedger<M>(job: Job<M>, error: unknown, { logger, clock }: Tools<M>): void {
  const fault = error instanceof Error ? error : new TypeError(`the ledger threw no error, but ${typeof error}`);
  if (!job.breaksOff || fault instanceof Stopping) return job.complete(job.fault ?? fault);
  const { messageId, hop } = job.delivery;
  const fields = { err: fault, 'messaging.message.id': messageId, 'mi.hop': hop };
  job.within(() => logger.error(fields, 'a hop is ended without the ledger'));
  job.outcome = stopped(job.delivery, job.breaksOff, clock.now());
  job.step = 'publish';
}
