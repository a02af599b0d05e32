import {
  isEngagement,
  isNotice,
  type Engagement,
  type Status,
  type StatusChanged,
  type StatusSource,
} from './status.ts';

/** The part of a fact that decides where a message stands. */
export type Fact = Pick<
  StatusChanged,
  'status' | 'final' | 'hop' | 'source' | 'recipient' | 'recipients' | 'recipientCount'
>;

export interface MessageState {
  status: Status;
  /** Nothing more will be tried. */
  final: boolean;
  /** What recipients did with it. */
  engagement: Engagement[];
}

const evidence = new Set<StatusSource>(['receipt', 'lookup']);

/** Rank of a provider's word that a message it had taken was not delivered. */
const REFUSED_BY_PROVIDER = 26;

const rankOfSent = 20;

/** How much a fact says within its hop: evidence above decisions, later stages above earlier ones. */
function rank(fact: Fact): number {
  switch (fact.status) {
    case 'bounced':
      return 40;
    case 'delivered':
      return 30;
    case 'delayed':
      return 22;
    case 'sent':
      return 20;
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

/** The provider took the message: from then on a later hop's decisions do not count. */
const taken = new Set<Status>(['sent', 'delayed', 'bounced']);

/**
 * The provider gives a message back that it had taken: it goes again another way, and what was said of its taking
 * counts no more.
 */
export const isAcceptanceRevoked = ({ status, source }: Pick<Fact, 'status' | 'source'>): boolean =>
  status === 'retrying' && evidence.has(source);

/** From the best to the worst: of several recipients the message shows the worst fate. */
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

/** How one hop stands. */
interface HopState {
  status: Status;
  final: boolean;
  rank: number;
}

/**
 * Where a message stands: a pure function of the set of its facts, in any order and however often each is repeated
 * (docs/adr/0023). `delivered` on any hop wins until its bounce; otherwise the highest hop that a provider took speaks;
 * otherwise the highest hop. While the fate of an earlier hop is unknown, nothing that says "not sent" is final.
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
  // The provider's own refusal stops whatever was planned after it: a later hop that only waits never goes.
  const last = hops.findLast((hop) => hop.rank === REFUSED_BY_PROVIDER) ?? hops.at(-1);
  if (!last) return { status: 'accepted', final: false };
  const unconfirmedCalls = hops.slice(0, hops.indexOf(last)).filter((hop) => hop.status === 'unconfirmed');
  if (unconfirmedCalls.length === 0 || !last.final) return last;
  return { status: 'unconfirmed', final: unconfirmedCalls.every((hop) => hop.final) };
}

/** One hop: its best fact; with several recipients, the worst of their fates once each has a final one. */
function deriveHopState(reported: Fact[], listed: ReadonlySet<string>): HopState {
  const facts = reported.some(isAcceptanceRevoked)
    ? reported.filter(({ status }) => status !== 'sent' && status !== 'delayed')
    : reported;
  const { expected, whose } = addresseesOf(facts, listed);
  // With a single recipient every fact is about them, whether or not it says so, and whatever address it names.
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
  // Only our own decisions about some of them: what is said of the hop as a whole holds for the others.
  if (fates.every(isDecision) && fates.length < expected && !whole.some(({ status }) => taken.has(status)))
    return ofTheOthers(whole, fates);
  if (fates.length === expected && fates.every((fate) => fate.final)) return fates.reduce(worse);
  return { ...fates.filter((fate) => !fate.final).reduce(saysMore, taking), final: false };
}

/** All that is certain of a message to several, once a provider has spoken of an address that is none of theirs. */
const taking: HopState = { status: 'sent', final: false, rank: rankOfSent };

/**
 * How many recipients a hop has, and whom of them a fact is about. A provider may name an address that is none of
 * theirs, as where a mail was forwarded or a network spells a number otherwise: of a hop that went to one recipient it
 * means that one; of a hop to several it cannot be told whom (undefined), and it is no recipient more.
 */
function addresseesOf(
  facts: readonly Fact[],
  listed: ReadonlySet<string>,
): { expected: number; whose: (fact: Fact) => string | undefined } {
  const went = new Set(facts.flatMap((fact) => fact.recipients ?? []).map(({ hash }) => hash));
  const decided = facts.filter(({ source }) => !evidence.has(source)).flatMap(({ recipient }) => recipient?.hash ?? []);
  const known = new Set([...listed, ...went, ...decided]);
  // A receipt may come before the send itself is told: it says by itself how many others there are.
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

/** No provider's word on any recipient yet. */
const isDecision = (fate: HopState) => fate.rank < rankOfSent && fate.status === 'suppressed';

/** Those who were left out are worse off than the others only where it is known what became of these. */
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

/** Ties are broken by what the facts hold, never by which came first. */
function saysMore(a: HopState, b: HopState | undefined): HopState {
  if (!b) return a;
  const difference = a.rank - b.rank || severityOf(a) - severityOf(b) || Number(a.final) - Number(b.final);
  return difference >= 0 ? a : b;
}

const worse = (a: HopState, b: HopState): HopState => ((severityOf(b) - severityOf(a) || b.rank - a.rank) > 0 ? b : a);
