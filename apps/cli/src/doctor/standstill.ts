import { type Finding, findingsOf } from '#libs/providers';
import type { Concern, StatusReport } from '../../../reporting/src/status/responses.ts';
import type { Env } from '../environment/env.ts';
import { ReportingApi, reportingAccessOf } from '../environment/reporting-api.ts';
import { reasonOf } from '../errors.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);

/** What is looked at: the concerns of a status that are about it, and what is shown where there is none. */
const looks = [
  { id: 'standstill.lag', about: ['lag'], seen: lagIn },
  { id: 'standstill.holds', about: ['hold'], seen: ({ holds }) => `${holds.length} hold(s) that keep nothing back` },
  { id: 'standstill.pauses', about: ['pause'], seen: () => 'nothing is paused' },
  { id: 'standstill.messages', about: ['messages'], seen: waitingIn },
  { id: 'standstill.records', about: ['records'], seen: () => 'none was quarantined within a day' },
  { id: 'standstill.operations', about: ['operations'], seen: ({ operations }) => `${operations.length} under way` },
] as const satisfies readonly {
  id: keyof typeof platformChecks;
  about: readonly Concern['about'][];
  seen: (status: StatusReport) => string;
}[];

/** What stands still, as `messaging status` shows it; the services' readiness the doctor asks itself. */
export async function examineStandstill(env: Env): Promise<Finding[]> {
  if (reportingAccessOf(env).key === '')
    return skipped('REPORTING_KEY is not set, and no local system runs: messaging status needs it, too');
  let status: StatusReport | null;
  try {
    status = await new ReportingApi(env).call<StatusReport | null>('GET', 'status');
  } catch (error) {
    return skipped(`the status cannot be asked for: ${reasonOf(error)}`);
  }
  if (!status?.concerns) return skipped('what answers at REPORTING_URL is not reporting');
  return looks.map(({ id, about, seen }) => {
    const concerns = status.concerns.filter((concern) => about.some((one) => one === concern.about));
    if (concerns.length === 0) return say.ok(id, seen(status));
    return say.warn(id, concerns.map(({ says }) => says).join('; '));
  });
}

const skipped = (why: string): Finding[] => looks.map(({ id }) => say.skipped(id, why));

function lagIn({ lag }: StatusReport): string {
  const records = lag.reduce((sum, each) => sum + each.records, 0);
  return `${records} record(s) that ${lag.length} groups have not read yet`;
}

function waitingIn({ waiting, openLetters }: StatusReport): string {
  const known = (count: number | null | undefined) => count ?? 'an unknown number of';
  return `${known(waiting?.scheduled)} scheduled, ${known(waiting?.parked)} parked, ${openLetters} dead letters open`;
}
