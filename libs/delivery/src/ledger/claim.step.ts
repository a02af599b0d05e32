import { randomUUID } from 'node:crypto';
import { Refused } from '#libs/batching';
import { IdConflict } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { Claim, Delivery } from '../delivery.ts';
import { endWithoutLedger } from '../ending/end-without-ledger.ts';
import { eventsFor, type OutcomeEvents } from '../publish/events.policy.ts';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';

/**
 * Claims the hops of these jobs: nothing is decided about a hop that belongs to another replica.
 * @throws Stopping
 */
export async function claimJobs<M>(jobs: readonly Job<M>[], tools: Tools<M>): Promise<void> {
  const { ledger, clock, leaseMs, guardMs, untilUp } = tools;
  // The lease is counted from before the claim: the database grants it later, never earlier.
  const deadline = clock.steady() + leaseMs - guardMs;
  for (const job of jobs) job.begin(randomUUID(), deadline);
  const claims = await untilUp(() => ledger.claim(jobs));
  for (const [index, job] of jobs.entries()) {
    const claim = claims[index]!;
    if (claim instanceof Refused) endWithoutLedger(job, claim.error, tools);
    else follow(job, claim, tools);
  }
}

function follow<M>(job: Job<M>, claim: Claim, tools: Tools<M>): void {
  switch (claim.verdict) {
    case 'mine':
      job.suppressions = claim.suppressions ?? [];
      job.isCancelled = claim.cancelled ?? false;
      job.controls = claim.controls ?? [];
      job.step = 'admit';
      return;
    case 'settled':
      job.outcome = claim.outcome;
      job.step = 'publish';
      return;
    case 'running':
      job.waitMs = claim.waitMs;
      job.step = 'wait';
      return;
    case 'repeat':
      return repeated(job, claim.of, tools);
    case 'conflict':
      if (!job.breaksOff) return job.complete(new IdConflict());
      absorbed(job, 'conflict', tools);
      return job.complete();
    case 'forgotten':
      return leaveToOperator(job);
  }
}

/**
 * A repeat is absorbed silently, unless retry asks because it got no answer. Then the record that the hop is claimed
 * for, or its events, were lost, and this record replaces it.
 */
function repeated<M>(job: Job<M>, of: string | undefined, tools: Tools<M>): void {
  if (job.delivery.again && of !== undefined) {
    job.delivery = { ...job.delivery, again: false, source: of };
    job.step = 'claim';
    return;
  }
  absorbed(job, 'repeat', tools);
  job.complete();
}

/** Older than the ledger's retention: it may have been sent before, so an operator decides. */
export function leaveToOperator(job: Job<unknown>): void {
  job.events = tooOld(job.delivery);
  job.step = 'publish';
}

function tooOld(delivery: Delivery<unknown>): OutcomeEvents {
  const failure = ownFailure(
    'MSG_TOO_OLD',
    'unknown',
    'operator',
    'The request is older than the ledger remembers; it may have been sent before.',
    { remedy: 'Find out whether it was sent; if not, publish it again under a new messageId.' },
  );
  const at = delivery.requestedAt.toISOString();
  const { facts } = eventsFor(delivery, { kind: 'unknown', at, callId: '', attempt: 0, failure });
  return { facts: facts.map(({ callId: _, ...fact }) => ({ ...fact, final: true })) };
}

function absorbed<M>(job: Job<M>, outcome: string, { logger }: Tools<M>): void {
  const { messageId, hop } = job.delivery;
  job.within(() =>
    logger.info({ 'messaging.message.id': messageId, 'mi.hop': hop, 'mi.outcome': outcome }, 'absorbed'),
  );
}
