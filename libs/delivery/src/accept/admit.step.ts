import { nearestInstant, type PauseChanged } from '#libs/contracts';
import { count, counters } from '#libs/telemetry';
import { cancelledByRule, paused, pausesOf, providerPauses } from '../controls/control.policy.ts';
import { stopped } from '../ending/ending.policy.ts';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';
import { heldBack } from '../send/outcome.policy.ts';
import { admit } from './admit.policy.ts';
import { asCalled, filterRecipients } from './recipient-filter.policy.ts';

/**
 * Decides whether a claimed hop may be sent now, and to which recipients. A look-up is for the recipients of the
 * original call.
 */
export function admitJob<M>(job: Job<M>, { channel, clock, quietHours }: Tools<M>): void {
  const { delivery, breaksOff, controls } = job;
  const now = clock.now();
  if (breaksOff)
    return job.end(
      job.isCancelled ? { kind: 'cancelled', at: nearestInstant(now) } : stopped(delivery, breaksOff, now),
    );
  if (delivery.mode === 'reconcile') {
    job.admitted = asCalled(delivery, delivery.unconfirmedCall ?? {}, channel);
    job.step = 'look up';
    return;
  }
  if (job.isCancelled) return job.end({ kind: 'cancelled', at: new Date(now).toISOString() });
  const cancelled = cancelledByRule(controls, delivery, now);
  if (cancelled) return job.end(cancelled);
  const held = admit(delivery, now, quietHours);
  if (held?.kind === 'expired') return job.end(held);
  const filtered = filterRecipients(delivery, job.suppressions, channel, now);
  if (!filtered.left) return job.end(filtered.outcome);
  job.admitted = filtered.delivery;
  job.suppressedRecipients = filtered.suppressedRecipients;
  if (held) return job.end(held);
  const pauses = pausesOf(controls, delivery, now);
  if (pauses.length > 0) return keepBack(job, pauses, now);
  const pausedProviders = providerPauses(controls, delivery, now);
  if (pausedProviders.length > 0) job.admitted = { ...job.admitted, pausedProviders };
  const failure = channel?.refuse(filtered.delivery.message);
  if (failure) return job.end(heldBack(filtered.delivery, failure, now));
  job.step = 'route';
}

function keepBack<M>(job: Job<M>, pauses: readonly PauseChanged[], now: number): void {
  const { delivery } = job;
  count(counters.pausedMessages, { 'mi.channel': delivery.channel, 'mi.control.target': pauses[0]!.target.kind });
  job.end(paused(pauses, delivery, now));
}
