import { fold } from '#libs/contracts';
import { backwardSteps } from './backward.policy.ts';
import { duplicatesOf } from './duplicates.policy.ts';
import { calledWhilePaused } from './paused.policy.ts';
import { inversionsOf, isTakenLate, linesOf } from './order.policy.ts';
import { closes, type Evidence, type Story, storiesOf } from './story.policy.ts';

/** What a run must not show, each with the number that must be 0. */
export const mustBeZero = [
  'lost',
  'duplicateSends',
  'orderInversions',
  'nonTerminal',
  'backwardStatuses',
  'misreported',
  'calledWhilePaused',
  'quarantined',
  'crashes',
] as const;

export interface Figures extends Record<(typeof mustBeZero)[number], number> {
  published: number;
  ambiguous: {
    /** Messages with a call whose answer was lost. */
    total: number;
    /** Of these, settled by the provider’s word. */
    reconciled: number;
    /** Of these, sent again by policy though the provider had the message. */
    resentByPolicy: number;
    resentByPolicyIds: string[];
    /** Of these, sent again by policy, and rightly so: the provider had nothing. */
    resentOnce: number;
    /** Of these, left `unconfirmed` to an operator. */
    unconfirmed: number;
    /**
     * Of these, taken by the provider only after our call had run out of time: the next of its key may then come first.
     */
    takenLate: number;
  };
  /** Messages that end as `sent`: the provider gave up telling us before we could take its webhook. */
  receiptsNotRepeated: number;
  /** What the run has tried at all: a promise that nothing has tested is none. */
  exercised: {
    /** Messages that went in a call with others of the same content. */
    coalesced: number;
    toSeveralRecipients: number;
    /** Pairs of one topic and key whose order could be judged. */
    orderedPairs: number;
  };
  /** What operators did: pauses that were in force, dead letters that they sent on their way again. */
  operated: { pauses: number; redriven: number };
}

export interface Finding {
  kind: (typeof mustBeZero)[number];
  /** Missing where it is about no single message. */
  messageId?: string;
  what: string;
}

export interface Verdict {
  figures: Figures;
  /** What stands behind the figures that are not 0. */
  findings: Finding[];
}

export const passes = ({ figures }: Verdict): boolean => mustBeZero.every((name) => figures[name] === 0);

/** The longest for which the sandbox holds a call that was written before. */
const GRACE_MS = 3_000;

/** Compares what was asked for, what the provider took, what reporting shows and what the topic told. Pure. */
export function check(evidence: Evidence): Verdict {
  const stories = storiesOf(evidence);
  const findings = [
    ...stories.flatMap(findingsOf),
    ...inversionsOf(stories).map((inversion): Finding => ({ kind: 'orderInversions', ...inversion })),
    ...stories.flatMap((story) =>
      calledWhilePaused(story, evidence.paused ?? [], GRACE_MS).map((what): Finding => {
        return { kind: 'calledWhilePaused', messageId: story.published.messageId, what };
      }),
    ),
    ...evidence.quarantined.map((each): Finding => ({ kind: 'quarantined', ...each })),
    ...evidence.crashes.map((what): Finding => ({ kind: 'crashes', what })),
  ];
  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length;
  const figures: Figures = {
    published: stories.length,
    lost: count('lost'),
    duplicateSends: count('duplicateSends'),
    ambiguous: ambiguityOf(stories),
    orderInversions: count('orderInversions'),
    nonTerminal: count('nonTerminal'),
    backwardStatuses: count('backwardStatuses'),
    misreported: count('misreported'),
    calledWhilePaused: count('calledWhilePaused'),
    quarantined: count('quarantined'),
    crashes: count('crashes'),
    receiptsNotRepeated: stories.filter(({ shown }) => shown?.final && shown.status === 'sent').length,
    exercised: exerciseOf(stories),
    operated: { pauses: evidence.paused?.length ?? 0, redriven: evidence.redriven ?? 0 },
  };
  return { figures, findings };
}

function exerciseOf(stories: readonly Story[]): Figures['exercised'] {
  const requests = Map.groupBy(
    stories.flatMap(({ sends }) => sends),
    ({ requestId }) => requestId,
  );
  const together = [...requests.values()].filter((sends) => sends.length > 1).flat();
  return {
    coalesced: new Set(together.map(({ messageId }) => messageId)).size,
    toSeveralRecipients: stories.filter(({ published }) => published.recipients.length > 1).length,
    orderedPairs: linesOf(stories).reduce((pairs, line) => pairs + line.length - 1, 0),
  };
}

function findingsOf(story: Story): Finding[] {
  const { messageId } = story.published;
  const found: [Finding['kind'], string | undefined][] = [
    ['lost', lossOf(story)],
    ['nonTerminal', stillOpen(story)],
    ['misreported', misreportOf(story)],
    ...duplicatesOf(story).unintended.map((what): [Finding['kind'], string] => ['duplicateSends', what]),
    ...backwardSteps(story).map((what): [Finding['kind'], string] => ['backwardStatuses', what]),
  ];
  return found.flatMap(([kind, what]) => (what === undefined ? [] : [{ kind, messageId, what }]));
}

const notSent = new Set(['failed', 'rejected', 'suppressed', 'expired', 'cancelled', 'unconfirmed']);

/** Lost: it neither reached the provider nor was its sender told that it would not. */
function lossOf({ published, shown, sends }: Story): string | undefined {
  if (!shown) return 'reporting does not know it';
  const missing = published.recipients.filter((recipient) =>
    sends.some(({ recipients }) => !recipients.includes(recipient)),
  );
  if (missing.length > 0)
    return `the provider was not told of ${missing.length} of its ${published.recipients.length} recipients`;
  if (sends.length > 0 || (shown.final && notSent.has(shown.status))) return undefined;
  return `the provider never took it, and it stands at ${shown.status}`;
}

/** `sent` ends a message only where the provider has given up telling what became of it. */
function stillOpen({ shown, sends }: Story): string | undefined {
  if (!shown || (shown.final && shown.status !== 'sent')) return undefined;
  return shown.final && sends.some((send) => send.stoppedReporting) ? undefined : `it stands at ${shown.status}`;
}

/** What reporting shows is neither what the provider told nor what the topic says. */
function misreportOf({ shown, sends, facts }: Story): string | undefined {
  if (!shown) return undefined;
  if (sends.some((send) => send.reportedDelivered) && shown.status !== 'delivered')
    return `the provider told that it was delivered, and it stands at ${shown.status}`;
  const { status } = fold(facts.map(({ fact }) => fact));
  return status === shown.status ? undefined : `its facts say ${status}, and reporting ${shown.status}`;
}

function ambiguityOf(stories: readonly Story[]): Figures['ambiguous'] {
  const unconfirmed = stories.filter(({ facts }) => facts.some(({ fact }) => fact.status === 'unconfirmed'));
  const twice = unconfirmed.filter((story) => duplicatesOf(story).byPolicy > 0);
  const closed = unconfirmed.filter((story) => !twice.includes(story) && story.facts.some(({ fact }) => closes(fact)));
  const left = closed.filter(({ shown }) => shown?.status === 'unconfirmed');
  return {
    total: unconfirmed.length,
    reconciled: unconfirmed.length - twice.length - closed.length,
    resentByPolicy: twice.length,
    resentByPolicyIds: twice.map(({ published }) => published.messageId),
    resentOnce: closed.length - left.length,
    unconfirmed: left.length,
    takenLate: unconfirmed.filter((story) => story.sends.some((send) => isTakenLate(story, send))).length,
  };
}
