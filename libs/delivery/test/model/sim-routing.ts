import { RoutingService } from '../../src/route/routing.service.ts';
import type { Entry, ProviderHealth } from '../../src/route/health/provider-health.ts';
import type { Permits } from '../../src/route/permits/permits.service.ts';
import type { Process } from './scheduler.ts';
import type { Message, ProviderWorld, SimProvider } from './sim-provider.ts';

/** The real choice of a way, over a circuit and places that the history opens and shuts. */
export function simRouting(owner: Process, provider: SimProvider, world: ProviderWorld): RoutingService<Message> {
  const enter = (): Entry =>
    world.chance().route === 'full' ? { entered: false, why: 'full' } : { entered: true, leave: () => undefined };
  const health: Pick<ProviderHealth, 'snapshot' | 'enter' | 'isFree'> = {
    snapshot: () => new Map(world.chance().route === 'circuit open' ? [[provider.name, 'open']] : []),
    // The history says whether there is a place: it is asked every time.
    isFree: () => false,
    enter: () => world.scheduler.ask(owner, 'provider', 'asks for a place', enter),
  };
  const permits: Pick<Permits, 'take' | 'hold'> = {
    take: () => Promise.resolve({ granted: true }),
    hold: () => undefined,
  };
  const providers = [provider];
  return new RoutingService({
    providers,
    health: health as ProviderHealth,
    permits: permits as Permits,
    holdMs: 1_000,
    senderOf: () => undefined,
    clock: world.clockOf(owner),
  });
}
