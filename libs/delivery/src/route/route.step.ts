import type { Job } from '../pipeline/job.ts';
import type { Tools } from '../pipeline/tools.ts';
import type { Route } from './routing.service.ts';

/** Gets a route for the call; where there is none in time, the hop ends with why. Waits only where it must. */
export function routeJob<M>(job: Job<M>, { routing }: Tools<M>): Promise<void> | undefined {
  const route = routing.acquire(job.admitted, job.deadline);
  if (route instanceof Promise) return route.then((granted) => take(job, granted));
  take(job, route);
  return undefined;
}

function take<M>(job: Job<M>, route: Route<M>): void {
  if (!route.open) return job.end(route.outcome);
  job.grant = route.grant;
  job.step = 'send';
}
