import { type RoutingOptions, RoutingService } from '../../src/route/routing.service.ts';
import type { Entry, ProviderHealth } from '../../src/route/health/provider-health.ts';
import type { Permits } from '../../src/route/permits/permits.service.ts';
import type { Process } from './scheduler.ts';
import type { Message, ProviderWorld, SimProvider } from './sim-provider.ts';

const noHolds: RoutingOptions<Message>['holds'] = {
  stateOf: () => ({ state: 'open' }),
  enter: (provider, sender) => ({ provider, sender, probes: [] }),
  leave: () => undefined,
};

/** The real choice of a way, over a circuit and places that the history opens and shuts. */
export function simRouting(owner: Process, provider: SimProvider, world: ProviderWorld): RoutingService<Message> {
  const enter = (): Entry =>
    world.chance().route === 'full' ? { entered: false, why: 'full' } : { entered: true, leave: () => undefined };
  const health: Pick<ProviderHealth, 'isOpen' | 'enter' | 'isFree'> = {
    isOpen: () => world.chance().route === 'circuit open',
    // The history says whether there is a place: it is asked every time.
    isFree: () => false,
    enter: () => world.scheduler.ask(owner, 'provider', 'asks for a place', enter),
  };
  const permits: Pick<Permits, 'take' | 'takeAtOnce' | 'turnAt' | 'appoint' | 'giveBack' | 'hold'> = {
    take: () => Promise.resolve(true),
    takeAtOnce: () => true,
    turnAt: () => 0,
    appoint: () => world.clockOf(owner).steady() + 1_000,
    giveBack: () => undefined,
    hold: () => undefined,
  };
  const providers = [provider];
  return new RoutingService({
    providers,
    health: health as ProviderHealth,
    permits: permits as Permits,
    holds: noHolds,
    accounts: new Map(),
    waitMs: { urgent: 250, transactional: 2_000, bulk: 10_000 },
    senderOf: () => undefined,
    clock: world.clockOf(owner),
  });
}
