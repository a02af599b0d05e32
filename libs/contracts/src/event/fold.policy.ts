import {
  isEngagement,
  isNotice,
  type Engagement,
  type Status,
  type StatusChanged,
  type StatusSource,
} from './status.ts';

/** The part of a fact that decides the status. */
export type Fact = Pick<
  StatusChanged,
  'status' | 'final' | 'hop' | 'source' | 'recipient' | 'recipients' | 'recipientCount'
>;

export interface MessageState {
  status: Status;
  /** No further attempt will be made. */
  final: boolean;
  /** What recipients did with the message. */
  engagement: Engagement[];
}

const evidence = new Set<StatusSource>(['receipt', 'lookup']);

/** The rank of a provider's report that an accepted message was not delivered. */
const REFUSED_BY_PROVIDER = 26;

const rankOfSent = 20;

/** No receipt came in time: above what the provider said on the way, below every end that it reports later. */
const WITHOUT_RECEIPT = 24;

/** The rank of a fact within its hop: evidence above decisions, later stages above earlier ones. */
function rank(fact: Fact): number {
  switch (fact.status) {
    case 'bounced':
      return 40;
    case 'delivered':
      return 30;
    case 'delayed':
      return 22;
    case 'sent':
      return fact.final ? WITHOUT_RECEIPT : rankOfSent;
    case 'failed':
    case 'suppressed':
    case 'expired':
    case 'cancelled':
    case 'rejected':
      return evidence.has(fact.source) ? REFUSED_BY_PROVIDER : 8;
    case 'unconfirmed':
      return fact.final ? 6 : 3;
    case 'retrying':
      return 2;
    case 'scheduled':
      return 1;
    default:
      return 0;
  }
}

/** The provider accepted the message: from then on decisions of later hops do not count. */
const taken = new Set<Status>(['sent', 'delayed', 'bounced']);

/**
 * The provider revoked its acceptance: the message is sent again as a template, and the earlier acceptance does not
 * count any more.
 */
export const isAcceptanceRevoked = ({ status, source }: Pick<Fact, 'status' | 'source'>): boolean =>
  status === 'retrying' && evidence.has(source);

/** From the best to the worst. A message to several recipients has the worst of their statuses. */
const severity: Status[] = [
  'accepted',
  'scheduled',
  'retrying',
  'delivered',
  'sent',
  'delayed',
  'unconfirmed',
  'cancelled',
  'expired',
  'suppressed',
  'rejected',
  'failed',
  'bounced',
];

/** The state of one hop. */
interface HopState {
  status: Status;
  final: boolean;
  rank: number;
}

/**
 * The status of a message: a pure function of the set of its facts, independent of order and repeats (docs/adr/0023).
 * `delivered` on any hop wins until its bounce; otherwise the highest hop that a provider accepted; otherwise the
 * highest hop. While an earlier hop is unconfirmed, no status that means "not sent" is final.
 */
export function fold(facts: Iterable<Fact>): MessageState {
  const engagement = new Set<Engagement>();
  const hops = new Map<number, Fact[]>();
  const listed = new Set<string>();
  for (const fact of facts) {
    for (const { hash } of fact.recipients ?? []) listed.add(hash);
    if (isNotice(fact.status)) continue;
    if (isEngagement(fact.status)) engagement.add(fact.status);
    else hops.set(fact.hop ?? 0, [...(hops.get(fact.hop ?? 0) ?? []), fact]);
  }
  const states = [...hops].sort(([a], [b]) => a - b).map(([, ofHop]) => deriveHopState(ofHop, listed));
  const { status, final } = speaking(states);
  return { status, final, engagement: [...engagement].sort() };
}

function speaking(hops: HopState[]): Pick<MessageState, 'status' | 'final'> {
  const decisive = hops.findLast((hop) => hop.status === 'delivered') ?? hops.findLast((hop) => taken.has(hop.status));
  if (decisive) return decisive;
  // A refusal by the provider ends what was planned after it: a later hop that only waits is never sent.
  const last = hops.findLast((hop) => hop.rank === REFUSED_BY_PROVIDER) ?? hops.at(-1);
  if (!last) return { status: 'accepted', final: false };
  const unconfirmedCalls = hops.slice(0, hops.indexOf(last)).filter((hop) => hop.status === 'unconfirmed');
  if (unconfirmedCalls.length === 0 || !last.final) return last;
  return { status: 'unconfirmed', final: unconfirmedCalls.every((hop) => hop.final) };
}

/** One hop: its highest-ranked fact. With several recipients, the worst of their statuses once each has a final one. */
function deriveHopState(reported: Fact[], listed: ReadonlySet<string>): HopState {
  const facts = reported.some(isAcceptanceRevoked)
    ? reported.filter(({ status }) => status !== 'sent' && status !== 'delayed')
    : reported;
  const { expected, whose } = addresseesOf(facts, listed);
  // With a single recipient every fact is about that recipient, whatever address the fact names.
  if (expected <= 1 || !facts.some((fact) => fact.recipient))
    return facts.map(deriveState).reduce((a, b) => saysMore(a, b));
  const own = new Map<string, HopState>();
  const whole: HopState[] = [];
  for (const fact of facts) {
    const hash = whose(fact);
    if (hash !== undefined) own.set(hash, saysMore(deriveState(fact), own.get(hash)));
    else whole.push(fact.recipient ? taking : deriveState(fact));
  }
  const fates = [...own.values()];
  // Only decisions of ours name single recipients here: facts about the whole hop apply to all others.
  if (fates.every(isDecision) && fates.length < expected && !whole.some(({ status }) => taken.has(status)))
    return ofTheOthers(whole, fates);
  if (fates.length === expected && fates.every((fate) => fate.final)) return fates.reduce(worse);
  return { ...fates.filter((fate) => !fate.final).reduce(saysMore, taking), final: false };
}

/** All that is certain of a message to several recipients once a provider reported an unknown address. */
const taking: HopState = { status: 'sent', final: false, rank: rankOfSent };

/**
 * How many recipients a hop has, and which of them a fact is about. A provider may name an address that is not in the
 * request, for example after forwarding, or a number in another spelling. If the hop has one recipient, that one is
 * meant. If it has several, it is unknown which one is meant (undefined), and the number of recipients does not grow.
 */
function addresseesOf(
  facts: readonly Fact[],
  listed: ReadonlySet<string>,
): { expected: number; whose: (fact: Fact) => string | undefined } {
  const went = new Set(facts.flatMap((fact) => fact.recipients ?? []).map(({ hash }) => hash));
  const decided = facts.filter(({ source }) => !evidence.has(source)).flatMap(({ recipient }) => recipient?.hash ?? []);
  const known = new Set([...listed, ...went, ...decided]);
  // A receipt may arrive before the fact of the send: it states the number of recipients itself.
  const reported = Math.max(0, ...facts.map((fact) => fact.recipientCount ?? 0));
  if (known.size === 0 || known.size < reported) {
    const named = new Set([...known, ...facts.flatMap(({ recipient }) => recipient?.hash ?? [])]);
    return { expected: Math.max(named.size, reported), whose: (fact) => fact.recipient?.hash };
  }
  const [only] = went.size === 1 ? went : [];
  return {
    expected: known.size,
    whose: ({ recipient }) => (recipient === undefined || known.has(recipient.hash) ? recipient?.hash : only),
  };
}

/** The provider has not reported on any recipient yet. */
const isDecision = (fate: HopState) => fate.rank < rankOfSent && fate.status === 'suppressed';

/** Recipients that were left out rank below the others only where the fate of the others is known. */
function ofTheOthers(whole: readonly HopState[], suppressedRecipients: readonly HopState[]): HopState {
  const reported = whole.reduce(saysMore, { status: 'accepted', final: false, rank: 0 });
  return reported.final && reported.status !== 'unconfirmed' ? suppressedRecipients.reduce(worse, reported) : reported;
}

const deriveState = (fact: Fact): HopState => ({
  status: fact.status as Status,
  final: fact.final,
  rank: rank(fact),
});

const severityOf = (of: HopState) => severity.indexOf(of.status);

/** Ties are broken by the content of the facts, never by their order. */
function saysMore(a: HopState, b: HopState | undefined): HopState {
  if (!b) return a;
  const difference = a.rank - b.rank || severityOf(a) - severityOf(b) || Number(a.final) - Number(b.final);
  return difference >= 0 ? a : b;
}

const worse = (a: HopState, b: HopState): HopState => ((severityOf(b) - severityOf(a) || b.rank - a.rank) > 0 ? b : a);
