import { type LookupResult, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { breakerLimitsOf, healthSettings } from '../../src/route/health/health.config.ts';
import { ProviderHealth } from '../../src/route/health/provider-health.ts';
import type { HeldProviders } from '../../src/route/holds/held-providers.ts';
import { Permits } from '../../src/route/permits/permits.service.ts';
import { RoutingService } from '../../src/route/routing.service.ts';
import type { TestMessage } from '../builders/a-delivery.ts';
import type { HoldsInMemory } from '../builders/holds-in-memory.ts';
import type { Rules } from './rules.ts';
import { z } from 'zod';

export const providers = ['sendgrid', 'resend'];
const accounts = new Map(providers.map((name) => [name, `${name}-key`]));

class PlayedProvider extends Provider<TestMessage> {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  send = (): Promise<SendResult> => Promise.reject(new Error('the history answers'));
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

/** What a process of the channel knows of its providers. It is lost with the process. */
export interface Replica {
  held: HeldProviders;
  routing: RoutingService<TestMessage>;
}

interface Given {
  rules: Rules;
  table: HoldsInMemory;
  now: () => number;
  /** How far the process's wall clock is ahead, in milliseconds. */
  skewMs: number;
}

/** A replica with the real choice of a provider. Circuits stay closed here: they have a model of their own. */
export function replicaOf({ rules, table, now, skewMs }: Given): Replica {
  const clock = { now: () => now() + skewMs, steady: now, wait: () => Promise.resolve() };
  const held = rules.held({ accounts, holds: table, clock });
  const stopping = new AbortController().signal;
  const routing = new RoutingService<TestMessage>({
    providers: providers.map((name) => new PlayedProvider(name)),
    accounts,
    health: new ProviderHealth({
      providers,
      limits: breakerLimitsOf(z.object(healthSettings).parse({})),
      calls: 100,
      stopping,
      now,
    }),
    holds: held,
    permits: new Permits({
      providerRates: new Map(),
      tenantRatePerS: undefined,
      senderRates: new Map(),
      reservations: { reserve: () => Promise.reject(new Error('no sender is slow here')) },
      reservationMs: 1_000,
      burstMs: 1_000,
      stopping,
      now,
    }),
    waitMs: { urgent: 0, transactional: 0, bulk: 0 },
    senderOf: () => undefined,
    clock,
  });
  return { held, routing };
}
