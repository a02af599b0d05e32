import { bareEvents, stopped } from '../ending/ending.policy.ts';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';
import { eventsFor } from './events.policy.ts';

/**
 * Publishes the outcomes of these hops; only then their records may be committed.
 * @throws Stopping
 */
export async function publishJobs<M>(jobs: readonly Job<M>[], tools: Tools<M>): Promise<void> {
  const refused = await publish(jobs, tools);
  const ending = refused.filter(({ job }) => job.breaksOff);
  if (ending.length === 0) return;
  for (const { job } of ending) reportBare(job, tools);
  await publish(
    ending.map(({ job }) => job),
    tools,
  );
}

async function publish<M>(jobs: readonly Job<M>[], { outcomes, untilUp }: Tools<M>): Promise<{ job: Job<M> }[]> {
  const reported = jobs.filter(hasEvents);
  const refusals = await untilUp(() =>
    outcomes.publishAll(reported.map(({ events, context }) => ({ events: events!, context }))),
  );
  for (const [index, job] of reported.entries()) job.complete(refusals[index]);
  return jobs.flatMap((job) => (job.fault ? [{ job }] : []));
}

/** The events of one job; an error in making them concerns this job only. */
function hasEvents<M>(job: Job<M>): boolean {
  try {
    job.events ??= eventsFor(job.delivery, job.outcome!);
    return true;
  } catch (error) {
    job.complete(error instanceof Error ? error : new TypeError('the outcome of a hop cannot be reported'));
    return false;
  }
}

/** One of its records was refused: it is published again without the parts that can be invalid. */
function reportBare<M>(job: Job<M>, { logger, clock }: Tools<M>): void {
  const { delivery, outcome = stopped(delivery, job.breaksOff!, clock.now()) } = job;
  const fields = { err: job.fault, 'messaging.message.id': delivery.messageId, 'mi.hop': delivery.hop };
  job.within(() => logger.error(fields, 'a hop is reported without its request, since a record of it was refused'));
  job.events = bareEvents(delivery, outcome);
}
