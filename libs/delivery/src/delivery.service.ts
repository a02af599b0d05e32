import type { UnconfirmedCall, Failure } from '#libs/contracts';
import { type LookupResult, ownFailure, type Provider, type ProviderCall, type SendResult } from '#libs/providers';
import { count, counters, inSpan, label, SpanKind, traceHeaders } from '#libs/telemetry';
import { admit, isForgotten } from './accept/admit.policy.ts';
import type { ChannelPort, Screened } from './channel.port.ts';
import { type Clock, systemClock } from './clock.ts';
import { Coalescer } from './send/coalescer.service.ts';
import { findLostCall } from './reconcile/find-lost-call.ts';
import type { Delivery, Outcome, SuppressedRecipient } from './delivery.ts';
import type { RoutingService } from './route/routing.service.ts';
import { type HopOptions, HopService, type WonClaim } from './ledger/hop.service.ts';
import { heldBack, isUnwritten, outcomeOf, referenceOf, repeatOf, logFields } from './send/outcome.policy.ts';
import { notStarted } from './accept/postpone.policy.ts';
import { resendPlanOf } from './template-resend/resend-plan.policy.ts';
import { asCalled, forbiddenBy, filterRecipients } from './accept/recipient-filter.policy.ts';

export interface DeliveryOptions<M> extends Omit<HopOptions, 'clock'> {
  providers: readonly Provider<M>[];
  /** What the channel itself has against a message. */
  channel?: Pick<
    ChannelPort<unknown, M>,
    'refuse' | 'screen' | 'keepResendPlan' | 'suppressionScopesOf' | 'only' | 'scopeOf'
  >;
  routing: Pick<RoutingService<M>, 'acquire'>;
  retentionDays: number;
  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  coalesceLingerMs?: number;
  clock?: Clock;
}

/** Sends one message, one hop at a time (docs/architecture.md). */
export class DeliveryService<M> {
  private readonly options: DeliveryOptions<M>;
  private readonly hops: HopService;
  private readonly coalescer: Coalescer<M>;
  private readonly clock: Clock;

  constructor(options: DeliveryOptions<M>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.hops = new HopService({ ...options, clock: this.clock });
    this.coalescer = new Coalescer(options.coalesceLingerMs ?? 0, this.clock);
  }

  /**
   * Sees one hop through: claim, admit, route, send, settle, publish.
   * @throws IdConflict when the id was used for other content; Stopping when the service stops before it is through;
   * the fault that a bug of ours has brought: how the hop ends is settled then, and `breakOff` tells it
   */
  async dispatch(delivery: Delivery<M>): Promise<void> {
    if (isForgotten(delivery, this.options.retentionDays, this.clock.now())) return this.hops.leaveToOperator(delivery);
    await this.hops.seeThrough(delivery, (claim, deadline) => this.decide(delivery, claim, deadline));
  }

  /**
   * Ends a hop that cannot be seen through: told is what the ledger has of it, and `failure` where it has nothing yet.
   * @throws Stopping when the service stops before it is through
   */
  breakOff(delivery: Delivery<unknown>, failure: Failure): Promise<void> {
    return this.hops.breakOff(delivery, failure);
  }

  private async decide(delivery: Delivery<M>, claim: WonClaim, deadline: number): Promise<Outcome> {
    const { channel } = this.options;
    const { suppressions = [], cancelled } = claim;
    if (delivery.mode === 'reconcile')
      return this.reconcile(asCalled(delivery, delivery.unconfirmedCall ?? {}, channel), deadline);
    const now = this.clock.now();
    if (cancelled) return { kind: 'cancelled', at: new Date(now).toISOString() };
    const held = admit(delivery, now);
    if (held?.kind === 'expired') return held;
    const filtered = filterRecipients(delivery, suppressions, channel, now);
    if (!filtered.left) return filtered.outcome;
    const { suppressedRecipients } = filtered;
    const outcome =
      held ??
      this.refused(filtered.delivery) ??
      this.forbidding(await this.send(filtered.delivery, claim, deadline), filtered.delivery, suppressedRecipients);
    return suppressedRecipients.length > 0 ? { ...outcome, suppressedRecipients } : outcome;
  }

  /** A refusal may say that this recipient must not be written to again. */
  private forbidding(
    outcome: Outcome,
    delivery: Delivery<M>,
    suppressedRecipients: readonly SuppressedRecipient[],
  ): Outcome {
    if (outcome.kind !== 'failed' || !outcome.failure.suppress || outcome.provider === undefined) return outcome;
    const scope = this.options.channel?.scopeOf(delivery.message, outcome.failure.suppressScope) ?? 'all';
    const forbids = forbiddenBy(outcome.failure, delivery, suppressedRecipients, scope);
    return forbids ? { ...outcome, forbids } : outcome;
  }

  private refused(delivery: Delivery<M>): Outcome | undefined {
    const failure = this.options.channel?.refuse(delivery.message);
    return failure && heldBack(delivery, failure, this.clock.now());
  }

  private screen(message: M): Promise<Screened<M>> {
    const { channel } = this.options;
    return channel ? this.hops.untilUp(() => channel.screen(message)) : Promise.resolve({ pass: true, message });
  }

  private async send(delivery: Delivery<M>, claim: WonClaim, deadline: number): Promise<Outcome> {
    const { token: callId } = claim;
    const route = await this.options.routing.acquire(delivery, deadline);
    if (!route.open) return route.outcome;
    const { provider, why, done } = route;
    const screened = await this.screen(delivery.message).catch((error: unknown) => {
      done(undefined);
      throw error;
    });
    if (!screened.pass) {
      done(undefined);
      return heldBack(delivery, screened.failure, this.clock.now());
    }
    if (screened.resendPlan) await this.keepResendPlan(delivery, provider.name, done);
    const attempt = delivery.attempts.length + 1;
    const attributes = {
      'messaging.operation.name': 'send',
      'messaging.message.id': delivery.messageId,
      'mi.tenant': delivery.tenant,
      'mi.channel': delivery.channel,
      'mi.lane': delivery.lane,
      'mi.hop': delivery.hop,
      'mi.attempt': attempt,
      'mi.provider': provider.name,
      'mi.route': why,
      'mi.call_id': callId,
    };
    return inSpan(`${delivery.channel} send`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const started = this.clock.steady();
      const mayStillSend = mayStillSendUntil(delivery, deadline, this.clock);
      const reference = referenceOf(delivery, {
        hop: delivery.hop,
        attempt,
        callId,
        traceparent: traceHeaders()['traceparent'],
      });
      // From here on a fault of ours leaves it unconfirmed whether the provider has it.
      claim.call = { provider: provider.name, callId };
      const result = await this.call(provider, { message: screened.message, reference, mayStillSend });
      done(result);
      const outcome = isUnwritten(result)
        ? notStarted(delivery, this.clock.now())
        : outcomeOf(result, provider.name, reference, this.clock.now());
      const reported = logFields(outcome);
      label(span, reported);
      this.countAttempt(delivery, provider.name, outcome);
      this.options.logger.info(
        { ...attributes, ...reported, 'mi.duration_ms': Math.round(this.clock.steady() - started) },
        'attempt',
      );
      return outcome;
    });
  }

  private countAttempt({ channel }: Delivery<M>, provider: string, outcome: Outcome): void {
    const kind = 'failure' in outcome ? outcome.failure.kind : undefined;
    count(counters.attempts, {
      'mi.channel': channel,
      'mi.provider': provider,
      'mi.outcome': outcome.kind,
      'mi.failure.kind': kind,
    });
  }

  private async keepResendPlan(
    delivery: Delivery<M>,
    provider: string,
    done: (result: undefined) => void,
  ): Promise<void> {
    const kept = this.hops.untilUp(async () =>
      this.options.channel?.keepResendPlan(delivery.id, resendPlanOf(delivery, provider, this.clock.now())),
    );
    await kept.catch((error: unknown) => {
      done(undefined);
      throw error;
    });
  }

  /**
   * A fault of the adapter itself is an answer, too: whether the request was written is not known then, so it is looked
   * up.
   */
  private async call(provider: Provider<M>, call: ProviderCall<M>): Promise<SendResult> {
    try {
      return await this.coalescer.send(provider, call);
    } catch (error) {
      this.options.logger.error({ err: error, 'mi.provider': provider.name }, 'a provider adapter failed');
      const meaning = 'The platform failed while it was sending; the provider may have taken the message.';
      return {
        sent: false,
        failure: ownFailure('MSG_ADAPTER_FAULT', 'unknown', 'backoff', meaning, { provider: provider.name }),
      };
    }
  }

  /** Asks whether the provider took an earlier call whose answer was lost. */
  private async reconcile(delivery: Delivery<M>, deadline: number): Promise<Outcome> {
    const { unconfirmedCall } = delivery;
    const asked = this.options.providers.filter(
      (provider) => !unconfirmedCall?.provider || provider.name === unconfirmedCall.provider,
    );
    for (const provider of unconfirmedCall ? asked : []) {
      const find = () => this.find(provider, delivery, unconfirmedCall!, deadline);
      const result = await inSpan(
        `${delivery.channel} look up`,
        {
          kind: SpanKind.CLIENT,
          attributes: { 'messaging.message.id': delivery.messageId, 'mi.provider': provider.name },
        },
        find,
      );
      this.options.logger.info(
        {
          'messaging.message.id': delivery.messageId,
          'mi.hop': delivery.hop,
          'mi.provider': provider.name,
          'mi.outcome': result.found,
        },
        'reconcile',
      );
      if (result.found !== 'accepted') continue;
      const { providerMessageId } = result;
      await this.hops.untilUp(() =>
        this.options.ledger.markAccepted(delivery.id, unconfirmedCall!.hop, providerMessageId),
      );
      return {
        kind: 'found',
        at: new Date(this.clock.now()).toISOString(),
        provider: provider.name,
        ...(providerMessageId !== undefined && { providerMessageId }),
      };
    }
    return { kind: 'unresolved', at: new Date(this.clock.now()).toISOString() };
  }

  private find(
    provider: Provider<M>,
    delivery: Delivery<M>,
    unconfirmedCall: UnconfirmedCall,
    deadline: number,
  ): Promise<LookupResult> {
    const { ledger, leaseMs } = this.options;
    const repeat = repeatOf(delivery, unconfirmedCall, mayStillSendUntil(delivery, deadline, this.clock));
    return findLostCall({
      provider,
      delivery,
      unconfirmedCall,
      repeat,
      leaseMs,
      siblingCalls: (withinMs) =>
        this.hops.untilUp(() => ledger.siblingCalls(delivery.id, unconfirmedCall.hop, withinMs)),
    });
  }
}

/**
 * May a request still be written? Not once the lease has less than its guard left, nor once the message has expired.
 */
const mayStillSendUntil =
  ({ expiresAt }: Delivery<unknown>, deadline: number, clock: Clock) =>
  () =>
    clock.steady() < deadline && expiresAt.getTime() > clock.now();
