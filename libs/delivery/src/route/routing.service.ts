import type { Failure } from '#libs/contracts';
import { type Provider, type SendResult, holdAfter } from '#libs/providers';
import { admit } from '../accept/admit.policy.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import { chooseRoute, circuitOpen } from './health/choose-route.policy.ts';
import type { Leave, ProviderHealth } from './health/provider-health.ts';
import type { PermitRequest, Permits } from './permits/permits.service.ts';
import { postponed } from '../accept/postpone.policy.ts';

export interface RoutingOptions<M> {
  providers: readonly Provider<M>[];
  health: ProviderHealth;
  permits: Permits;
  /** How long a provider that throttles without a word is left alone, in milliseconds. */
  holdMs: number;
  /** Whose rate the message counts to; undefined: the provider picks the sender. */
  senderOf: (message: M) => string | undefined;
  /** The one provider that can send it; undefined: any. */
  boundTo?: (message: M) => string | undefined;
  clock?: Clock;
}

/** A route for one call, or the outcome that sends the message away instead. */
export type Route<M> = { open: true; grant: Grant<M> } | { open: false; outcome: Outcome };

/** One call that may be made: it holds a place at its provider until it is given back. */
export interface Grant<M> {
  provider: Provider<M>;
  /** Why this one, for the log. */
  why: string;
  /** Once, with the answer where the call was made: it says how the provider does. */
  giveBack: (result: SendResult | undefined) => void;
}

/** Route, permit, place (docs/architecture.md): which provider takes a call, and when. */
export class RoutingService<M> {
  private readonly options: RoutingOptions<M>;
  private readonly clock: Clock;
  /** The members of a coalesced call share one answer: it speaks for the provider once. */
  private spoken: SendResult | undefined;

  constructor(options: RoutingOptions<M>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  /**
   * At once where nobody waits for what it takes; else in its turn.
   * @param deadline the last moment to write the request, on the steady clock
   */
  acquire(delivery: Delivery<M>, deadline: number): Route<M> | Promise<Route<M>> {
    const [providers, obstacle] = this.providersFor(delivery.message);
    if (obstacle) return { open: false, outcome: unsupportedByAll(delivery, obstacle, this.clock.now()) };
    return this.atOnce(providers, delivery, deadline) ?? this.inTurn(providers, delivery, deadline);
  }

  private atOnce(providers: readonly Provider<M>[], delivery: Delivery<M>, deadline: number): Route<M> | undefined {
    const { health, permits } = this.options;
    const choice = this.choose(providers, delivery);
    if (!choice.found) return { open: false, outcome: unavailable(delivery, this.clock.now()) };
    const { name } = choice.provider;
    if (!health.isFree(name) || !permits.takeAtOnce(this.permitRequest(name, delivery, deadline))) return undefined;
    const leave = health.enterAtOnce(name);
    return leave && this.granted(choice.provider, choice.why, leave);
  }

  private async inTurn(providers: readonly Provider<M>[], delivery: Delivery<M>, deadline: number): Promise<Route<M>> {
    const { health, permits } = this.options;
    for (;;) {
      const choice = this.choose(providers, delivery);
      if (!choice.found) return { open: false, outcome: unavailable(delivery, this.clock.now()) };
      const { provider, why } = choice;
      const permit = await permits.take(this.permitRequest(provider.name, delivery, deadline));
      if (!permit.granted)
        return away(
          delivery,
          permit.waitUntil.getTime(),
          'Its turn under a rate limit has not come.',
          this.clock.now(),
        );
      const late = admit(delivery, this.clock.now());
      if (late) return { open: false, outcome: late };
      const entry = await health.enter(provider.name, delivery.lane, deadline - this.clock.steady());
      if (entry.entered) return this.granted(provider, why, entry.leave);
      if (entry.why === 'full')
        return away(delivery, this.clock.now() + 1_000, 'Too many calls to the provider are out.', this.clock.now());
      // The circuit opened while it waited: routed again.
    }
  }

  private choose(providers: readonly Provider<M>[], delivery: Delivery<M>) {
    return chooseRoute(providers, preferredProviderOf(delivery), delivery.attempts, this.options.health.snapshot());
  }

  private permitRequest(provider: string, { tenant, lane, message }: Delivery<M>, notAfter: number): PermitRequest {
    return { provider, tenant, lane, sender: this.options.senderOf(message), notAfter };
  }

  /** Those that can carry the message at all; where none can, why the preferred one cannot. */
  private providersFor(message: M): [readonly Provider<M>[], Failure | undefined] {
    const bound = this.options.boundTo?.(message);
    const providers = this.options.providers.filter(({ name }) => bound === undefined || name === bound);
    const able = providers.filter((provider) => !provider.unsupported(message));
    return [able, able.length === 0 ? providers[0]?.unsupported(message) : undefined];
  }

  private granted(provider: Provider<M>, why: string, leave: Leave): Route<M> {
    const giveBack = (result: SendResult | undefined) => this.giveBack(provider.name, leave, result);
    return { open: true, grant: { provider, why, giveBack } };
  }

  private giveBack(provider: string, leave: Leave, result: SendResult | undefined): void {
    // Members of one call give it back one right after the other.
    if (!result || result === this.spoken) return leave();
    this.spoken = result;
    leave(result);
    const until = holdAfter(result, this.options.holdMs, this.clock.now());
    if (until !== undefined) this.options.permits.hold(provider, until);
  }
}

function preferredProviderOf({ request: { provider } }: Delivery<unknown>): string | undefined {
  return typeof provider === 'string' ? provider : undefined;
}

/** No provider can take it now; that is no attempt of its own. */
const unavailable = (delivery: Delivery<unknown>, now: number): Outcome => ({
  kind: 'failed',
  at: new Date(now).toISOString(),
  attempt: delivery.attempts.length,
  failure: circuitOpen,
});

/** No provider will ever take it; nothing was tried. */
function unsupportedByAll(delivery: Delivery<unknown>, failure: Failure, now: number): Outcome {
  return { kind: 'failed', at: new Date(now).toISOString(), attempt: delivery.attempts.length + 1, failure };
}

const away = <M>(delivery: Delivery<M>, until: number, reason: string, now: number): Route<M> => ({
  open: false,
  outcome: postponed(delivery, until, reason, now),
});
