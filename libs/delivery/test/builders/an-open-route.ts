import type { Provider, SendResult } from '#libs/providers';
import type { DeliveryOptions } from '../../src/delivery.service.ts';
import { type Ranked, rankProviders } from '../../src/route/route.policy.ts';

const first = <P>([ranked]: readonly Ranked<P>[]) => ({
  provider: ranked!.provider,
  why: ranked!.reason,
  considered: undefined,
});

/** A route without circuits and rates: every call may go at once. */
export const anOpenRoute = <M>(
  providers: readonly Provider<M>[],
  giveBack: (result: SendResult | undefined) => void = () => undefined,
): DeliveryOptions<M>['routing'] => ({
  acquire: ({ attempts }) => ({
    open: true,
    grant: { ...first(rankProviders(providers, undefined, attempts)), giveBack },
  }),
  isOpenElsewhere: () => false,
  keyOf: () => 'route:["email"]',
});
