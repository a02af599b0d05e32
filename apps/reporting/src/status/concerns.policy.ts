import type { Concern, StatusReport } from './responses.ts';

/** More than readers at work leave behind: what is on its way is no trouble. */
const LAG_SHOWN_FROM = 10_000;
/** What is due goes within a second or two. */
const LATE_FROM_S = 60;

type Known = Omit<StatusReport, 'needsHands' | 'concerns'>;

/** What of a status needs a person, in plain words and with the command that says more. */
export const concernsOf = (status: Known): Concern[] => [
  ...ofServices(status),
  ...ofLag(status),
  ...ofWhatIsKeptBack(status),
  ...ofMessages(status),
  ...ofRecords(status),
  ...ofOperations(status),
];

/** A check that only repeats what the holds and pauses below say is left out. */
function ofServices({ services, holds, pauses }: Known): Concern[] {
  const repeated = new Set([...(holds.length > 0 ? ['holds'] : []), ...(pauses.length > 0 ? ['paused'] : [])]);
  return services.flatMap(({ service, address, replica, status, checks }) =>
    status === 'away'
      ? [{ about: 'service' as const, says: `${service} does not answer at ${address}` }]
      : checks
          .filter(({ name }) => !repeated.has(name))
          .map(({ name, meaning }) => ({
            about: 'service' as const,
            says: `${service} (${replica}), ${name}: ${meaning}`,
          })),
  );
}

const ofLag = ({ lag }: Known): Concern[] =>
  lag
    .filter(({ records }) => records >= LAG_SHOWN_FROM)
    .map(({ group, records, topics }) => ({
      about: 'lag',
      says: `${group} is ${records} records behind, most in ${topics[0]?.topic}`,
    }));

/** A hold whose time is over keeps nothing back: the next message probes. */
function ofWhatIsKeptBack({ holds, pauses }: Known): Concern[] {
  const held = holds
    .filter(({ leftMs }) => leftMs > 0)
    .map(({ channel, provider, code }): Concern => {
      return { about: 'hold', says: `${channel} leaves ${provider} alone after ${code}: messaging holds list` };
    });
  if (pauses.length === 0) return held;
  return [...held, { about: 'pause', says: `${pauses.length} pause(s) are in force: messaging controls` }];
}

function ofMessages({ waiting, openLetters }: Known): Concern[] {
  const lateS = Math.round(waiting?.latenessS ?? 0);
  const late = `what is due leaves retry ${lateS} s late: messaging status shows whether it runs, and its lag`;
  return [
    ...(lateS >= LATE_FROM_S ? [{ about: 'messages' as const, says: late }] : []),
    ...(openLetters > 0
      ? [{ about: 'messages' as const, says: `${openLetters} dead letter(s) are open: messaging letters causes` }]
      : []),
  ];
}

function ofRecords({ quarantined }: Known): Concern[] {
  const records = quarantined.reduce((sum, each) => sum + each.records, 0);
  if (records === 0) return [];
  return [{ about: 'records', says: `${records} record(s) were quarantined within a day: messaging unreadable list` }];
}

const ofOperations = ({ operations }: Known): Concern[] =>
  operations
    .filter(({ missing }) => missing.length > 0)
    .map(({ operationId, missing }) => ({
      about: 'operations',
      says: `operation ${operationId} has no word from ${missing.join(', ')}`,
    }));
