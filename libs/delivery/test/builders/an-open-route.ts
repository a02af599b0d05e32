import type { Provider, SendResult } from '#libs/providers';
import type { DeliveryOptions } from '../../src/delivery.service.ts';
import { chooseProvider } from '../../src/route/route.policy.ts';

/** A route without circuits and rates: every call may go at once. */
export const anOpenRoute = <M>(
  providers: readonly Provider<M>[],
  giveBack: (result: SendResult | undefined) => void = () => undefined,
): DeliveryOptions<M>['routing'] => ({
  acquire: ({ attempts }) => ({
    open: true,
    grant: { ...chooseProvider(providers, undefined, attempts), giveBack },
  }),
});
