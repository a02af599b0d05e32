import type { Failure } from '#libs/contracts';
import { type Provider, type SendResult, holdAfter } from '#libs/providers';
import { admit } from '../accept/admit.policy.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import { chooseRoute, circuitOpen } from './health/choose-route.policy.ts';
import type { ProviderHealth } from './health/provider-health.ts';
import type { Permits } from './permits/permits.service.ts';
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

/** A way for one call, or the outcome that sends the message away instead. */
export type Route<M> =
  | { open: true; provider: Provider<M>; why: string; done: (result: SendResult | undefined) => void }
  | { open: false; outcome: Outcome };

/** Route, permit, place (docs/architecture.md): which provider takes a call, and when. */
export class RoutingService<M> {
  private readonly options: RoutingOptions<M>;
  private readonly clock: Clock;
  /** The members of a coalesced call share one answer: it speaks for the provider once. */
  private readonly spoken = new WeakSet<SendResult>();

  constructor(options: RoutingOptions<M>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  /** @param deadline the last moment to write the request, on the steady clock */
  async acquire(delivery: Delivery<M>, deadline: number): Promise<Route<M>> {
    const { health, permits, senderOf } = this.options;
    const { tenant, lane } = delivery;
    const [providers, obstacle] = this.providersFor(delivery.message);
    if (obstacle) return { open: false, outcome: unsupportedByAll(delivery, obstacle, this.clock.now()) };
    for (;;) {
      const choice = chooseRoute(providers, preferredProviderOf(delivery), delivery.attempts, health.snapshot());
      if (!choice.found) return { open: false, outcome: unavailable(delivery, this.clock.now()) };
      const { provider, why } = choice;
      const request = { provider: provider.name, tenant, lane, sender: senderOf(delivery.message), notAfter: deadline };
      const permit = await permits.take(request);
      if (!permit.granted)
        return away(
          delivery,
          permit.waitUntil.getTime(),
          'Its turn under a rate limit has not come.',
          this.clock.now(),
        );
      const late = admit(delivery, this.clock.now());
      if (late) return { open: false, outcome: late };
      const entry = await health.enter(provider.name, lane, deadline - this.clock.steady());
      if (entry.entered)
        return { open: true, provider, why, done: (result) => this.done(provider.name, entry.leave, result) };
      if (entry.why === 'full')
        return away(delivery, this.clock.now() + 1_000, 'Too many calls to the provider are out.', this.clock.now());
      // The circuit opened while it waited: routed again.
    }
  }

  /** Those that can carry the message at all; where none can, why the preferred one cannot. */
  private providersFor(message: M): [readonly Provider<M>[], Failure | undefined] {
    const bound = this.options.boundTo?.(message);
    const providers = this.options.providers.filter(({ name }) => bound === undefined || name === bound);
    const able = providers.filter((provider) => !provider.unsupported(message));
    return [able, able.length === 0 ? providers[0]?.unsupported(message) : undefined];
  }

  private done(provider: string, leave: (result?: SendResult) => void, result: SendResult | undefined): void {
    if (!result || this.spoken.has(result)) return leave();
    this.spoken.add(result);
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
