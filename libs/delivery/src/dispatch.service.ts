import { randomUUID } from 'node:crypto';
import { type DoubtfulCall, IdConflict, InfrastructureDown, type LookupResult, ownFailure, type Provider, type ProviderCall, type SendResult } from '#libs/contracts';
import { count, counters, inSpan, label, type Logger, SpanKind, traceHeaders } from '#libs/telemetry';
import { Stopping } from '#libs/transport';
import { admit, isForgotten } from './admit.policy.ts';
import { announcement } from './announce.policy.ts';
import type { Announcer } from './announcer.service.ts';
import type { ChannelPort, Screened } from './channel.port.ts';
import { type Clock, systemClock } from './clock.ts';
import { Coalescer } from './coalescer.service.ts';
import { findLostCall } from './doubt/find-lost-call.ts';
import type { Claim, Delivery, Ledger, Outcome, Withheld } from './delivery.ts';
import type { FlowService } from './flow.service.ts';
import { heldBack, isUnwritten, outcomeOf, referenceOf, repeatOf, toldOf } from './outcome.policy.ts';
import { notStarted } from './postpone.policy.ts';
import { standbyOf } from './taken-back/standby.policy.ts';
import { asCalled, forbiddenBy, sift } from './suppressions/sift.policy.ts';

export interface DispatchOptions<M> {
  providers: readonly Provider<M>[];
  /** What the channel itself has against a message. */
  channel?: Pick<ChannelPort<unknown, M>, 'refuse' | 'screen' | 'keepStandby' | 'reachOf' | 'only' | 'scopeOf'>;
  ledger: Ledger;
  flow: Pick<FlowService<M>, 'wayFor'>;
  announcer: Announcer;
  logger: Logger;
  stopping: AbortSignal;
  /** How long a claim protects its holder, in milliseconds. */
  leaseMs: number;
  /** The part of the lease that must be left when a request is written, in milliseconds. */
  guardMs: number;
  retentionDays: number;
  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  coalesceLingerMs?: number;
  clock?: Clock;
}

type Claimed = Extract<Claim, { verdict: 'mine' }>;

/** Sends one message, one hop at a time (design §4). */
export class DispatchService<M> {
  private readonly options: DispatchOptions<M>;
  private readonly coalescer: Coalescer<M>;
  private readonly clock: Clock;

  constructor(options: DispatchOptions<M>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.coalescer = new Coalescer(options.coalesceLingerMs ?? 0, this.clock);
  }

  /**
   * Sees one hop through: claim, admit, route, send, settle, publish.
   * @throws IdConflict when the id was used for other content; Stopping when the service stops before it is through.
   */
  async dispatch(delivery: Delivery<M>): Promise<void> {
    if (isForgotten(delivery, this.options.retentionDays, this.clock.now())) return this.leaveToOperator(delivery);
    for (;;) {
      // The lease counts from before the claim: the database grants it later, never earlier.
      const claimedAt = this.clock.steady();
      const token = randomUUID();
      const claim = await this.untilUp(() => this.options.ledger.claim(delivery, token));
      switch (claim.verdict) {
        case 'repeat': return this.repeated(delivery, claim.of);
        case 'conflict': throw new IdConflict();
        case 'forgotten': return this.leaveToOperator(delivery);
        case 'settled': return this.announce(delivery, claim.outcome);
        case 'running':
          await this.wait(claim.waitMs);
          continue;
        case 'mine': {
          const outcome = await this.decide(delivery, claim, claimedAt + this.options.leaseMs - this.options.guardMs);
          const settled = await this.untilUp(() => this.options.ledger.settle(delivery, token, outcome));
          // Taken over meanwhile: what the ledger holds now is told instead.
          if (!settled) continue;
          return this.announce(delivery, outcome);
        }
      }
    } // prettier-ignore
  }

  /**
   * A repeat is absorbed in silence, unless retry asks since it has heard nothing: then the record that the hop is claimed for, or
   * what was told of it, was lost, and this one stands for it.
   */
  private async repeated(delivery: Delivery<M>, of: string | undefined): Promise<void> {
    if (delivery.again && of !== undefined) return this.dispatch({ ...delivery, again: false, source: of });
    this.log(delivery, 'repeat');
  }

  private async decide(delivery: Delivery<M>, { token, suppressions = [], cancelled }: Claimed, deadline: number): Promise<Outcome> {
    const { channel } = this.options;
    if (delivery.mode === 'reconcile') return this.reconcile(asCalled(delivery, delivery.doubt ?? {}, channel), deadline);
    const now = this.clock.now();
    if (cancelled) return { kind: 'cancelled', at: new Date(now).toISOString() };
    const held = admit(delivery, now);
    if (held?.kind === 'expired') return held;
    const sifted = sift(delivery, suppressions, channel, now);
    if (!sifted.left) return sifted.outcome;
    const { withheld } = sifted;
    const outcome = held ?? this.refused(sifted.delivery) ?? this.forbidding(await this.send(sifted.delivery, token, deadline), sifted.delivery, withheld);
    return withheld.length > 0 ? { ...outcome, withheld } : outcome;
  }

  /** A refusal may say that this recipient must not be written to again. */
  private forbidding(outcome: Outcome, delivery: Delivery<M>, withheld: readonly Withheld[]): Outcome {
    if (outcome.kind !== 'failed' || !outcome.failure.suppress || outcome.provider === undefined) return outcome;
    const scope = this.options.channel?.scopeOf(delivery.message, outcome.failure.suppressScope) ?? 'all';
    const forbids = forbiddenBy(outcome.failure, delivery, withheld, scope);
    return forbids ? { ...outcome, forbids } : outcome;
  }

  private refused(delivery: Delivery<M>): Outcome | undefined {
    const failure = this.options.channel?.refuse(delivery.message);
    return failure && heldBack(delivery, failure, this.clock.now());
  }

  private screen(message: M): Promise<Screened<M>> {
    const { channel } = this.options;
    return channel ? this.untilUp(() => channel.screen(message)) : Promise.resolve({ pass: true, message });
  }

  private async send(delivery: Delivery<M>, callId: string, deadline: number): Promise<Outcome> {
    const way = await this.options.flow.wayFor(delivery, deadline);
    if (!way.open) return way.outcome;
    const { provider, why, done } = way;
    const screened = await this.screen(delivery.message).catch((error: unknown) => {
      done(undefined);
      throw error;
    });
    if (!screened.pass) {
      done(undefined);
      return heldBack(delivery, screened.failure, this.clock.now());
    }
    if (screened.standby) await this.keepStandby(delivery, provider.name, done);
    const attempt = delivery.attempts.length + 1;
    const attributes = {
      'messaging.operation.name': 'send', 'messaging.message.id': delivery.messageId, 'mi.tenant': delivery.tenant,
      'mi.channel': delivery.channel, 'mi.lane': delivery.lane, 'mi.hop': delivery.hop, 'mi.attempt': attempt,
      'mi.provider': provider.name, 'mi.route': why, 'mi.call_id': callId,
    }; // prettier-ignore
    return inSpan(`${delivery.channel} send`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const started = this.clock.steady();
      const mayStart = startable(delivery, deadline, this.clock);
      const reference = referenceOf(delivery, { hop: delivery.hop, attempt, callId, traceparent: traceHeaders()['traceparent'] });
      const result = await this.call(provider, { message: screened.message, reference, mayStart });
      done(result);
      const outcome = isUnwritten(result) ? notStarted(delivery, this.clock.now()) : outcomeOf(result, provider.name, reference, this.clock.now());
      const told = toldOf(outcome);
      label(span, told);
      this.countAttempt(delivery, provider.name, outcome);
      this.options.logger.info({ ...attributes, ...told, 'mi.duration_ms': Math.round(this.clock.steady() - started) }, 'attempt');
      return outcome;
    });
  }

  private countAttempt({ channel }: Delivery<M>, provider: string, outcome: Outcome): void {
    const kind = 'failure' in outcome ? outcome.failure.kind : undefined;
    count(counters.attempts, { 'mi.channel': channel, 'mi.provider': provider, 'mi.outcome': outcome.kind, 'mi.failure.kind': kind });
  }

  private async keepStandby(delivery: Delivery<M>, provider: string, done: (result: undefined) => void): Promise<void> {
    const kept = this.untilUp(async () => this.options.channel?.keepStandby(delivery.id, standbyOf(delivery, provider, this.clock.now())));
    await kept.catch((error: unknown) => {
      done(undefined);
      throw error;
    });
  }

  /** A fault of the adapter itself is an answer, too: whether the request was written is not known then, so it is looked up. */
  private async call(provider: Provider<M>, call: ProviderCall<M>): Promise<SendResult> {
    try {
      return await this.coalescer.send(provider, call);
    } catch (error) {
      this.options.logger.error({ err: error, 'mi.provider': provider.name }, 'a provider adapter failed');
      const meaning = 'The platform failed while it was sending; the provider may have taken the message.';
      return { sent: false, failure: ownFailure('MSG_ADAPTER_FAULT', 'unknown', 'backoff', meaning, { provider: provider.name }) };
    }
  }

  /** Asks whether the provider took an earlier call whose answer was lost. */
  private async reconcile(delivery: Delivery<M>, deadline: number): Promise<Outcome> {
    const { doubt } = delivery;
    const asked = this.options.providers.filter((provider) => !doubt?.provider || provider.name === doubt.provider);
    for (const provider of doubt ? asked : []) {
      const find = () => this.find(provider, delivery, doubt!, deadline);
      const result = await inSpan(`${delivery.channel} look up`, { kind: SpanKind.CLIENT, attributes: { 'messaging.message.id': delivery.messageId, 'mi.provider': provider.name } }, find);
      this.options.logger.info({ 'messaging.message.id': delivery.messageId, 'mi.hop': delivery.hop, 'mi.provider': provider.name, 'mi.outcome': result.found }, 'reconcile');
      if (result.found !== 'accepted') continue;
      const { providerMessageId } = result;
      await this.untilUp(() => this.options.ledger.prove(delivery.id, doubt!.hop, providerMessageId));
      return { kind: 'found', at: new Date(this.clock.now()).toISOString(), provider: provider.name, ...(providerMessageId !== undefined && { providerMessageId }) };
    }
    return { kind: 'unresolved', at: new Date(this.clock.now()).toISOString() };
  }

  private find(provider: Provider<M>, delivery: Delivery<M>, doubt: DoubtfulCall, deadline: number): Promise<LookupResult> {
    const { ledger, leaseMs } = this.options;
    const repeat = repeatOf(delivery, doubt, startable(delivery, deadline, this.clock));
    return findLostCall({ provider, delivery, doubt, repeat, leaseMs, callsBeside: (withinMs) => this.untilUp(() => ledger.callsBeside(delivery.id, doubt.hop, withinMs)) });
  }

  private async announce(delivery: Delivery<M>, outcome: Outcome): Promise<void> {
    await this.untilUp(() => this.options.announcer.announce(announcement(delivery, outcome)));
  }

  /** Older than the ledger remembers: it may have been sent before, so an operator decides. */
  private async leaveToOperator(delivery: Delivery<M>): Promise<void> {
    const at = delivery.requestedAt.toISOString();
    const failure = ownFailure('MSG_TOO_OLD', 'unknown', 'operator', 'The request is older than the ledger remembers; it may have been sent before.', {
      action: 'Find out whether it was sent; if not, publish it again under a new messageId.',
    });
    const { facts } = announcement(delivery, { kind: 'unknown', at, callId: '', attempt: 0, failure });
    await this.untilUp(() => this.options.announcer.announce({ facts: facts.map(({ callId: _, ...fact }) => ({ ...fact, final: true })) }));
  }

  private log(delivery: Delivery<M>, outcome: string): void {
    this.options.logger.info({ 'messaging.message.id': delivery.messageId, 'mi.hop': delivery.hop, 'mi.outcome': outcome }, 'absorbed');
  }

  /** Postgres or Kafka away is no outcome: the step is repeated until it is back. */
  private async untilUp<T>(step: () => Promise<T>): Promise<T> {
    for (let round = 0; ; round += 1) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof InfrastructureDown)) throw error;
        this.options.logger.warn({ err: error }, 'waiting for a dependency');
        await this.wait(Math.min(5_000, 100 * 2 ** round));
      }
    }
  }

  private async wait(ms: number): Promise<void> {
    if (this.options.stopping.aborted) throw new Stopping();
    await this.clock.wait(ms, this.options.stopping).catch(() => {
      throw new Stopping();
    });
  }
}

/** May a request still be written? Not once the lease has less than its guard left, nor once the message has expired. */
const startable = ({ expiresAt }: Delivery<unknown>, deadline: number, clock: Clock) => () => clock.steady() < deadline && expiresAt.getTime() > clock.now();
