import { isEngagement, type Engagement, type Status, type StatusChanged, type StatusSource } from './status.ts';

/** The part of a fact that decides where a message stands. */
export type Fact = Pick<StatusChanged, 'status' | 'final' | 'hop' | 'source' | 'recipient' | 'recipients'>;

export interface Standing {
  status: Status;
  /** Nothing more will be tried. */
  final: boolean;
  /** What recipients did with it. */
  engagement: Engagement[];
}

const evidence = new Set<StatusSource>(['receipt', 'lookup']);

/** How much a fact says within its hop: evidence above decisions, later stages above earlier ones. */
function rank(fact: Fact): number {
  switch (fact.status) {
    case 'bounced': return 40;
    case 'delivered': return 30;
    case 'delayed': return 22;
    case 'sent': return 20;
    case 'failed':
    case 'suppressed':
    case 'expired':
    case 'cancelled':
    case 'rejected':
      return evidence.has(fact.source) ? 26 : 8;
    case 'unconfirmed': return fact.final ? 6 : 3;
    case 'retrying': return 2;
    case 'scheduled': return 1;
    default: return 0;
  }
} // prettier-ignore

/** From here on the provider is known to have taken the message. */
const ACCEPTED = 20;

/** Of several recipients, whose fate the message shows: the worst. */
const severity: Status[] = ['delivered', 'sent', 'delayed', 'suppressed', 'failed', 'bounced'];

/**
 * Where a message stands: a pure function of the set of its facts, in any order and however often each is repeated (design §6).
 * `delivered` on any hop wins until its bounce; otherwise the highest hop that a provider took speaks; otherwise the highest hop.
 * While the fate of an earlier hop is unknown, nothing that says "not sent" is final.
 */
export function fold(facts: Iterable<Fact>): Standing {
  const engagement = new Set<Engagement>();
  const hops = new Map<number, Fact[]>();
  for (const fact of facts) {
    if (isEngagement(fact.status)) engagement.add(fact.status);
    else hops.set(fact.hop ?? 0, [...(hops.get(fact.hop ?? 0) ?? []), fact]);
  }
  const standings = [...hops].sort(([a], [b]) => a - b).map(([, ofHop]) => standingOfHop(ofHop));
  return { ...speaking(standings), engagement: [...engagement].sort() };
}

interface HopStanding {
  status: Status;
  final: boolean;
  rank: number;
}

function speaking(hops: HopStanding[]): { status: Status; final: boolean } {
  const delivered = hops.findLast((hop) => hop.status === 'delivered');
  if (delivered) return delivered;
  const taken = hops.findLast((hop) => hop.rank >= ACCEPTED);
  if (taken) return { status: taken.status, final: taken.final };
  const last = hops.at(-1);
  if (!last) return { status: 'accepted', final: false };
  const doubts = hops.slice(0, -1).filter((hop) => hop.status === 'unconfirmed');
  if (doubts.length === 0 || !last.final) return { status: last.status, final: last.final };
  return { status: 'unconfirmed', final: doubts.every((hop) => hop.final) };
}

/** One hop: its best fact; with several recipients, the worst of them once each has a final one. */
function standingOfHop(facts: Fact[]): HopStanding {
  const shared = best(facts.filter((fact) => !fact.recipient));
  const each = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (fact.recipient) each.set(fact.recipient.hash, [...(each.get(fact.recipient.hash) ?? []), fact]);
  }
  if (each.size === 0) return shared ?? { status: 'accepted', final: false, rank: 0 };
  const expected = new Set(facts.flatMap((fact) => fact.recipients ?? []).map((recipient) => recipient.hash));
  for (const hash of each.keys()) expected.add(hash);
  const fates = [...each.values()].map((own) => best(own)!);
  if (fates.length < expected.size || fates.some((fate) => !fate.final)) {
    const known = fates.reduce((a, b) => (!b.final && b.rank > a.rank ? b : a), { status: 'sent', final: false, rank: ACCEPTED } as HopStanding);
    return { ...known, final: false };
  }
  return fates.reduce((worst, fate) => (severity.indexOf(fate.status) > severity.indexOf(worst.status) ? fate : worst));
}

function best(facts: Fact[]): HopStanding | undefined {
  let found: HopStanding | undefined;
  for (const fact of facts) {
    const standing: HopStanding = { status: fact.status as Status, final: fact.final, rank: rank(fact) };
    if (!found || outranks(standing, found)) found = standing;
  }
  return found;
}

/** Of equals the final one counts, then the name: the order of the facts must never decide. */
function outranks(a: HopStanding, b: HopStanding): boolean {
  if (a.rank !== b.rank) return a.rank > b.rank;
  if (a.final !== b.final) return a.final;
  return a.status > b.status;
}
