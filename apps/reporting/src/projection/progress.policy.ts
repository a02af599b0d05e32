import { type Channel, type Engagement, isEngagement, type Lane, type Status } from '#libs/contracts';
import type { KeptFact } from './fact.ts';
import type { MessageProjection } from './state.policy.ts';

/** A message as the projection has found and left it. */
export interface ProjectedMessage {
  channel: Channel;
  /** Its status before; undefined: it was not known. */
  before: Status | undefined;
  after: MessageProjection;
  /** All its facts. */
  facts: readonly KeptFact[];
  /** Those that are new. */
  fresh: ReadonlySet<string>;
}

/** A step of a message's way, or what a recipient did with it, as the metrics count it. */
export interface Progress {
  channel: Channel;
  lane: Lane | undefined;
  status: Status;
  /** It is no step, but what a recipient did. */
  engagement?: Engagement;
  provider: string | undefined;
  failureKind: string | undefined;
  /** sent, delivered: how long it took from when it was wanted, in seconds. */
  tookS: number | undefined;
}

/**
 * The steps that a message has made with its new facts: it was requested, a provider took it for the first time, it
 * entered a status that its way ends with. Facts that come again are not new, so each step is counted once.
 */
export function progressOf({ channel, before, after, facts, fresh }: ProjectedMessage): Progress[] {
  const lane = after.lane ?? undefined;
  const request = facts.find(({ source }) => source === 'request');
  const stepOf = (status: Status, fact: KeptFact | undefined): Progress => ({
    channel,
    lane,
    status,
    provider: fact?.provider,
    failureKind: fact?.failure?.kind,
    tookS: fact && request && (status === 'sent' || status === 'delivered') ? secondsOf(request, fact) : undefined,
  });
  const steps: Progress[] = facts.flatMap((fact) =>
    fresh.has(fact.eventId) && isEngagement(fact.status)
      ? [{ ...stepOf(after.status, undefined), engagement: fact.status, provider: fact.provider }]
      : [],
  );
  if (request && fresh.has(request.eventId)) steps.push(stepOf('accepted', undefined));
  const sends = facts.filter(({ status }) => status === 'sent');
  if (sends.length > 0 && sends.every(({ eventId }) => fresh.has(eventId))) steps.push(stepOf('sent', earliest(sends)));
  if (after.status !== before && !onTheWay.has(after.status)) {
    const speaking = facts.filter(({ status }) => status === after.status);
    steps.push(stepOf(after.status, speaking.length > 0 ? withProvider(earliest(speaking), after) : undefined));
  }
  return steps;
}

/** Counted as steps of their own, or no end of anything. */
const onTheWay: ReadonlySet<Status> = new Set(['accepted', 'scheduled', 'retrying', 'sent', 'delayed']);

const earliest = (facts: readonly KeptFact[]): KeptFact =>
  facts.reduce((first, fact) => (fact.at < first.at ? fact : first));

/** A fact of ours may name no provider although one was involved. */
const withProvider = (fact: KeptFact, { provider }: MessageProjection): KeptFact => ({
  ...fact,
  provider: fact.provider ?? provider ?? undefined,
});

/** From when the message was wanted, in seconds; clocks differ, so never less than none. */
function secondsOf(request: KeptFact, fact: KeptFact): number {
  const wanted = Math.max(Date.parse(request.at), request.sendAt === undefined ? 0 : Date.parse(request.sendAt));
  return Math.max(0, (Date.parse(fact.at) - wanted) / 1_000);
}
