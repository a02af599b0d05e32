import type { StatusReport } from './responses.ts';

/** More than readers at work leave behind: what is on its way is no trouble. */
const LAG_SHOWN_FROM = 10_000;

/** What of a status needs a person, in plain words and with the command that says more. */
export function concernsOf(status: Omit<StatusReport, 'needsHands' | 'concerns'>): string[] {
  const { services, lag, holds, pauses, openLetters, quarantined, operations } = status;
  const records = quarantined.reduce((sum, each) => sum + each.records, 0);
  const stuck = operations.filter(({ missing }) => missing.length > 0);
  return [
    ...services.flatMap(({ service, replica, status: state, checks }) =>
      state === 'away'
        ? [`${service} does not answer`]
        : checks.map(({ name, meaning }) => `${service} (${replica}), ${name}: ${meaning}`),
    ),
    ...lag
      .filter(({ records: behind }) => behind >= LAG_SHOWN_FROM)
      .map(({ group, records: behind, topics }) => `${group} is ${behind} records behind, most in ${topics[0]?.topic}`),
    ...holds.map(
      ({ channel, provider, code }) => `${channel} leaves ${provider} alone after ${code}: messaging holds list`,
    ),
    ...(pauses.length > 0 ? [`${pauses.length} pause(s) are in force: messaging controls`] : []),
    ...(openLetters > 0 ? [`${openLetters} dead letter(s) are open: messaging letters list`] : []),
    ...(records > 0 ? [`${records} record(s) were quarantined within a day: messaging unreadable list`] : []),
    ...stuck.map(({ operationId, missing }) => `operation ${operationId} has no word from ${missing.join(', ')}`),
  ];
}
