import { HttpException, ServiceUnavailableException } from '@nestjs/common';
import type { Problem } from '#libs/runtime';
import { z } from 'zod';
import type { InternalService } from './internal.config.ts';

const Refusal = z.looseObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  fields: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
});

/** Nothing was sent to the service: another replica may be asked the same. */
export class ServiceNotReached extends ServiceUnavailableException {}

/** A service does not answer, or not as it should. @param why in words for people, without anything of the request */
export function serviceAway(service: InternalService, why: string, isReached = true): HttpException {
  const problem: Problem = {
    code: 'MSG_SERVICE_AWAY',
    message: `the ${service} service cannot be asked: ${why}`,
    remedy:
      `Look whether it runs, and at ${service.toUpperCase()}_INTERNAL_URL and INTERNAL_TOKEN of reporting; ` +
      'then ask again.',
  };
  return isReached ? new ServiceUnavailableException(problem) : new ServiceNotReached(problem);
}

/** What a service refuses is passed on in its own words; what it cannot mean for the caller counts as away. */
export function refusalBy(service: InternalService, status: number, body: unknown): HttpException {
  const parsed = Refusal.safeParse(body);
  if (!parsed.success) return serviceAway(service, `it answered ${status}, and not as a service of ours`);
  const { code, message, remedy, fields } = parsed.data;
  if (status === 401) return serviceAway(service, 'it does not accept INTERNAL_TOKEN');
  if (code === 'MSG_ROUTE_NOT_FOUND' || status === 405)
    return serviceAway(service, 'its internal port is off (INTERNAL_TOKEN), or the address is another one');
  if (status >= 500) return serviceAway(service, message);
  return new HttpException({ code, message, remedy, ...(fields && { fields }) }, status);
}
