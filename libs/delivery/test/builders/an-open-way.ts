import type { Provider } from '#libs/providers';
import type { DeliveryOptions } from '../../src/delivery.service.ts';
import { chooseProvider } from '../../src/route/route.policy.ts';

/** A flow without circuits and rates: every call may go at once. */
export const anOpenRoute = <M>(providers: readonly Provider<M>[]): DeliveryOptions<M>['routing'] => ({
  acquire: ({ attempts }) =>
    Promise.resolve({ open: true, ...chooseProvider(providers, undefined, attempts), done: () => undefined }),
});
