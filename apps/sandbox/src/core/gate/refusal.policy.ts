import type { Answer } from '../response.ts';
import type { ProviderSimulator } from '../simulator.ts';
import type { Fault } from './fault.policy.ts';
import { classify } from './request.policy.ts';

/** Of any request. */
export const MAX_BODY_BYTES = 45_000_000;

type All = readonly ProviderSimulator[];

const simulatorOf = (url: string, simulators: All) => {
  const name = classify('', url, simulators)?.provider;
  return simulators.find((simulator) => simulator.name === name);
};

/** Whether a provider refuses a request of this size. */
export const isTooLarge = (url: string, bytes: number, simulators: All): boolean =>
  bytes > MAX_BODY_BYTES || bytes >= (simulatorOf(url, simulators)?.mostBytes ?? Infinity);

/**
 * A response with this status, in the form of the API that the URL belongs to.
 * @param now milliseconds since 1970
 */
export function failureResponse(
  { url, status, now, fault = {} }: { url: string; status: number; now: number; fault?: Partial<Fault> },
  simulators: All,
): Answer {
  const answer = simulatorOf(url, simulators)?.refusalOf(status, now, fault) ?? own(status);
  if (fault.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfterSeconds) } };
}

/** The provider's status for a request without a handler. */
export function unroutedStatus(url: string, status: number, simulators: All): number {
  return simulatorOf(url, simulators)?.unroutedStatus?.(url, status) ?? status;
}

function own(status: number): Answer {
  const message = status === 404 ? 'there is no such page' : 'the request cannot be read';
  return { status, body: { errors: [{ field: null, message }] } };
}
