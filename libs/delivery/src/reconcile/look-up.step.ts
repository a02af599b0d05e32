import type { PauseChanged } from '#libs/contracts';
import type { LookupResult, Provider } from '#libs/providers';
import { inSpan, SpanKind } from '#libs/telemetry';
import { onlyReads, paused } from '../controls/control.policy.ts';
import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';
import { repeatOf } from '../send/outcome.policy.ts';
import { mayStillSendUntil } from '../send/send.step.ts';
import { findLostCall } from './find-lost-call.ts';

/**
 * Asks whether a provider accepted an earlier call whose response was lost. While an operator has paused it, it only
 * reads: where the look is the same call once more, that waits.
 * @throws Stopping
 */
export async function lookUpJob<M>(job: Job<M>, tools: Tools<M>): Promise<void> {
  const { unconfirmedCall } = job.admitted;
  const { clock, ledger, untilUp } = tools;
  const asked = tools.providers.filter(({ name }) => !unconfirmedCall?.provider || name === unconfirmedCall.provider);
  const pausedBy: PauseChanged[] = [];
  for (const provider of unconfirmedCall ? asked : []) {
    const hindered = onlyReads(job.controls, job.admitted, provider.name, clock.now());
    if (hindered && !hindered.isCancelled && unconfirmedCall?.replay) pausedBy.push(...hindered.pauses);
    const result = await lookUp(job, provider, hindered === undefined, tools);
    if (result.found !== 'accepted') continue;
    const { providerMessageId } = result;
    await untilUp(() => ledger.markAccepted(job.admitted.id, unconfirmedCall!.hop, providerMessageId));
    return job.end({
      kind: 'found',
      at: new Date(clock.now()).toISOString(),
      provider: provider.name,
      ...(providerMessageId !== undefined && { providerMessageId }),
    });
  }
  if (pausedBy.length > 0) return job.end(paused(pausedBy, job.admitted, clock.now()));
  job.end({ kind: 'unresolved', at: new Date(clock.now()).toISOString() });
}

async function lookUp<M>(
  job: Job<M>,
  provider: Provider<M>,
  mayRepeat: boolean,
  tools: Tools<M>,
): Promise<LookupResult> {
  const { admitted: delivery, context: parent } = job;
  const attributes = { 'messaging.message.id': delivery.messageId, 'mi.provider': provider.name };
  return inSpan(`${delivery.channel} look up`, { kind: SpanKind.CLIENT, attributes, parent }, async () => {
    const result = await find(job, provider, mayRepeat, tools);
    tools.logger.info({ ...attributes, 'mi.hop': delivery.hop, 'mi.outcome': result.found }, 'reconcile');
    return result;
  });
}

function find<M>(job: Job<M>, provider: Provider<M>, mayRepeat: boolean, tools: Tools<M>): Promise<LookupResult> {
  const { admitted: delivery, deadline } = job;
  const { ledger, leaseMs, untilUp, clock } = tools;
  const unconfirmedCall = delivery.unconfirmedCall!;
  return findLostCall({
    provider,
    delivery,
    unconfirmedCall,
    repeat: mayRepeat ? repeatOf(delivery, unconfirmedCall, mayStillSendUntil(delivery, deadline, clock)) : undefined,
    leaseMs,
    siblingCalls: (withinMs, participants) =>
      untilUp(() => ledger.siblingCalls(delivery.id, unconfirmedCall.hop, withinMs, participants)),
  });
}
