import type { Failure } from '#libs/contracts';
import { ownFailure, type SendResult } from '#libs/providers';
import {
  count,
  counters,
  histograms,
  label,
  logInfo,
  measure,
  OpenSpan,
  SpanKind,
  traceHeaders,
  underContext,
} from '#libs/telemetry';
import { forbiddenBy } from '../accept/recipient-filter.policy.ts';
import { notStarted } from '../accept/postpone.policy.ts';
import type { Screened } from '../channel.port.ts';
import type { Clock } from '../clock.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import type { Job } from '../pipeline/job.ts';
import type { ChannelRules, Tools } from '../pipeline/tools.ts';
import { resendPlanOf } from '../template-resend/resend-plan.policy.ts';
import { heldBack, isUnwritten, logFields, outcomeOf, referenceOf } from './outcome.policy.ts';

/**
 * Makes the call for which the route is granted, and sets the hop's outcome from its result. The grant is always
 * released here.
 * @throws Stopping; an error of ours
 */
export async function sendJob<M>(job: Job<M>, tools: Tools<M>): Promise<void> {
  const grant = job.grant!;
  let result: SendResult | undefined;
  try {
    const { channel } = tools;
    const screened: Screened<M> = channel?.screen
      ? await screen(job, channel, tools)
      : { pass: true, message: job.admitted.message };
    if (screened.pass) result = await call(job, screened.message, tools);
    else job.end(heldBack(job.admitted, screened.failure, tools.clock.now()));
  } finally {
    job.grant = undefined;
    grant.giveBack(result);
  }
}

/** The channel's last check, and what must be stored before the provider may accept the message. */
async function screen<M>(job: Job<M>, channel: ChannelRules<M>, { clock, untilUp }: Tools<M>): Promise<Screened<M>> {
  const { admitted, grant } = job;
  const { message, id } = admitted;
  const screened = await untilUp(() => job.within(() => channel.screen!(message)));
  if (screened.pass && screened.resendPlan)
    await untilUp(() => channel.keepResendPlan(id, resendPlanOf(admitted, grant!.provider.name, clock.now())));
  return screened;
}

async function call<M>(job: Job<M>, message: M, tools: Tools<M>): Promise<SendResult> {
  const { admitted: delivery, token: callId, deadline } = job;
  const { provider, why } = job.grant!;
  const { clock } = tools;
  const attributes = attributesOf(job, provider.name, why);
  const span = new OpenSpan(`${delivery.channel} send`, { kind: SpanKind.CLIENT, attributes, parent: job.context });
  const started = clock.steady();
  const { hop } = delivery;
  const { traceparent } = traceHeaders(span.context);
  const reference = referenceOf(delivery, { hop, attempt: attributes['mi.attempt'], callId, traceparent });
  // From here on, after an error of ours it is unconfirmed whether the provider has accepted it.
  job.call = { provider: provider.name, callId };
  try {
    const sending = { message, reference, mayStillSend: mayStillSendUntil(delivery, deadline, clock) };
    const shared = tools.coalescer.keyOf(provider, sending);
    const result = await underContext(span.context, () =>
      shared === undefined
        ? provider.send(sending)
        : tools.coalescer.send(provider, sending, shared, () => job.freeSlot()),
    ).catch((error: unknown) => underContext(span.context, () => adapterFault(error, provider.name, tools.logger)));
    const outcome = isUnwritten(result)
      ? notStarted(delivery, clock.now())
      : outcomeOf(asSet(result, delivery, provider.name, tools), provider.name, reference, clock.now());
    job.end(routed(job, result, forbidding(job, outcome, tools), tools));
    const reported = logFields(outcome);
    label(span.span, reported);
    const tookMs = clock.steady() - started;
    countAttempt(delivery, provider.name, outcome);
    measure(
      histograms.attemptDuration,
      { 'mi.channel': delivery.channel, 'mi.provider': provider.name },
      tookMs / 1_000,
    );
    const line = { ...attributes, ...reported, 'mi.duration_ms': Math.round(tookMs) };
    logInfo(tools.logger, span.context, line, 'attempt');
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

function attributesOf<M>({ admitted: delivery, token }: Job<M>, provider: string, why: string) {
  return {
    'messaging.operation.name': 'send',
    'messaging.message.id': delivery.messageId,
    'mi.tenant': delivery.tenant,
    'mi.channel': delivery.channel,
    'mi.lane': delivery.lane,
    'mi.hop': delivery.hop,
    'mi.attempt': delivery.attemptCount + 1,
    'mi.provider': provider,
    'mi.route': why,
    'mi.call_id': token,
  };
}

/** An answer 5xx of a provider whose settings call it a refusal. Each is counted, and says so in the timeline. */
function asSet<M>(
  result: SendResult,
  { channel }: Delivery<M>,
  provider: string,
  { refusing5xx }: Tools<M>,
): SendResult {
  if (result.sent || !isAnswered5xx(result.failure) || !refusing5xx.has(provider)) return result;
  count(counters.assumedRefusals, { 'mi.channel': channel, 'mi.provider': provider });
  const { failure } = result;
  const meaning = `${failure.meaning} It is taken as a refusal, as the settings say.`;
  return { sent: false, failure: { ...failure, kind: 'transient', retry: 'failover', meaning } };
}

const isAnswered5xx = ({ kind, httpStatus = 0 }: Failure): boolean => kind === 'unknown' && httpStatus >= 500;

/**
 * An error thrown by the adapter also counts as a result: it is unknown whether the request was written, so the call is
 * looked up.
 */
function adapterFault(error: unknown, provider: string, logger: Tools<unknown>['logger']): SendResult {
  logger.error({ err: error, 'mi.provider': provider }, 'a provider adapter failed');
  const meaning = 'The platform failed while it was sending; the provider may have taken the message.';
  return { sent: false, failure: ownFailure('MSG_ADAPTER_FAULT', 'unknown', 'backoff', meaning, { provider }) };
}

/** A refusal may suppress this recipient. */
function forbidding<M>(job: Job<M>, outcome: Outcome, { channel }: Tools<M>): Outcome {
  if (outcome.kind !== 'failed' || !outcome.failure.suppress || outcome.provider === undefined) return outcome;
  const scope = channel?.scopeOf(job.admitted.message, outcome.failure.suppressScope) ?? 'all';
  const forbids = forbiddenBy(outcome.failure, job.admitted, job.suppressedRecipients, scope);
  return forbids ? { ...outcome, forbids } : outcome;
}

/** With what was found of the providers, and whether another one can take it at once. */
function routed<M>(job: Job<M>, result: SendResult, outcome: Outcome, { routing, coalescer }: Tools<M>): Outcome {
  const { admitted } = job;
  const { considered, provider } = job.grant!;
  return {
    ...outcome,
    ...(considered && { route: considered }),
    ...(admitted.sender && { sender: admitted.sender.hash }),
    ...(outcome.kind === 'failed' && nextAfter(outcome.failure)),
    ...(outcome.kind === 'unknown' && coalescer.isShared(result) && { shared: true }),
  } as Outcome;

  /** Another provider takes it at once; or it waits until one of them is held no more. */
  function nextAfter(failure: Failure): { elsewhere?: true; waitsFor?: string } {
    if (!mayGoElsewhere(failure)) return {};
    if (routing.isOpenElsewhere(admitted, provider.name, failure)) return { elsewhere: true };
    return failure.holds ? { waitsFor: routing.keyOf(admitted) } : {};
  }
}

/** What a provider has refused for its own reasons, and not for those of the message or of its recipient. */
const mayGoElsewhere = ({ kind, retry }: Failure): boolean =>
  retry !== 'never' && (kind === 'transient' || kind === 'throttled' || kind === 'unavailable' || kind === 'account');

function countAttempt({ channel }: Delivery<unknown>, provider: string, outcome: Outcome): void {
  const kind = 'failure' in outcome ? outcome.failure.kind : undefined;
  count(counters.attempts, {
    'mi.channel': channel,
    'mi.provider': provider,
    'mi.outcome': outcome.kind,
    'mi.failure.kind': kind,
  });
}

/**
 * Whether a request may still be written: not once less than its guard remains of the lease, nor after the message has
 * expired.
 * @param deadline on the monotonic clock
 */
export const mayStillSendUntil =
  ({ expiresAt }: Delivery<unknown>, deadline: number, clock: Clock) =>
  () =>
    clock.steady() < deadline && expiresAt.getTime() > clock.now();
