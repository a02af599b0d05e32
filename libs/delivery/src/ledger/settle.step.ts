import { Refused } from '#libs/batching';
import { repairTexts } from '#libs/contracts';
import { endWithoutLedger } from '../ending/end-without-ledger.ts';
import type { Outcome } from '../delivery.ts';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';

/**
 * Writes the outcomes of these hops; nothing is published before.
 * @throws Stopping
 */
export async function settleJobs<M>(jobs: readonly Job<M>[], tools: Tools<M>): Promise<void> {
  const refused = await settle(jobs, tools);
  if (refused.length === 0) return;
  for (const { job, error } of refused) {
    logFault(job, error, 'an outcome is settled without what the database refuses', tools);
    job.outcome = repairTexts(job.outcome) as Outcome;
  }
  const again = await settle(
    refused.map(({ job }) => job),
    tools,
  );
  for (const { job, error } of again) endWithoutLedger(job, error, tools);
}

async function settle<M>(jobs: readonly Job<M>[], tools: Tools<M>): Promise<{ job: Job<M>; error: unknown }[]> {
  const settlements = jobs.map(({ delivery, token, outcome }) => ({ delivery, token, outcome: outcome! }));
  const answers = await tools.untilUp(() => tools.ledger.settle(settlements));
  const refused = [];
  for (const [index, job] of jobs.entries()) {
    const answer = answers[index]!;
    if (answer instanceof Refused) refused.push({ job, error: answer.error });
    // Taken over meanwhile: what the ledger holds now is reported instead.
    else if (!answer) job.step = 'claim';
    else if (job.fault) job.complete(job.fault);
    else job.step = 'publish';
  }
  return refused;
}

function logFault<M>(job: Job<M>, err: unknown, what: string, { logger }: Tools<M>): void {
  const { messageId, hop } = job.delivery;
  job.within(() => logger.error({ err, 'messaging.message.id': messageId, 'mi.hop': hop }, what));
}
