import { type Finding, findingsOf } from '#libs/providers';
import type { CheckState, HealthReport } from '#libs/runtime';
import type { Env, ServiceName } from '../environment/env.ts';
import { services } from '../environment/env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);
const WITHIN_MS = 5_000;

/**
 * The readiness of each service that can be reached. Its providers are left out, because the doctor checks them itself.
 */
export function examineReadiness(env: Env): Promise<Finding[]> {
  return Promise.all(services.map((service) => examineService(service, env[`${service.toUpperCase()}_URL`])));
}

async function examineService(service: ServiceName, url: string | undefined): Promise<Finding> {
  const id = `${service}.ready` as const;
  if (!url) return say.skipped(id, `${service.toUpperCase()}_URL is not set, and no local system runs`);
  let report: Partial<HealthReport> | null;
  try {
    report = (await (
      await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(WITHIN_MS) })
    ).json()) as HealthReport;
  } catch {
    return say.fail(id, `${url} does not answer`);
  }
  if (!report?.checks) return say.fail(id, `what answers at ${url} is no service of this platform`);
  const amiss = Object.entries(report.checks).filter(
    ([name, { status }]) => status !== 'ok' && !name.startsWith('provider:'),
  );
  if (amiss.length === 0) return say.ok(id, 'it works');
  const seen = amiss.map(([name, state]) => `${name}: ${state.meaning ?? state.status}`).join('; ');
  return say.fail(id, seen, remedyOf(amiss.map(([, state]) => state)));
}

const remedyOf = (states: readonly CheckState[]) =>
  states
    .map(({ remedy }) => remedy)
    .filter(Boolean)
    .join(' ') || undefined;
