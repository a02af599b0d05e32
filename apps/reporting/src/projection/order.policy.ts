import { isEngagement, isNotice } from '#libs/contracts';
import type { KeptFact } from './fact.ts';

/** Ranks within one instant: what can only happen after what. */
const stages = ['accepted', 'scheduled', 'retrying', 'unconfirmed', 'sent', 'delayed'];
const stageOf = ({ status }: KeptFact): number => {
  if (isEngagement(status) || isNotice(status)) return stages.length + 1;
  const stage = stages.indexOf(status);
  return stage < 0 ? stages.length : stage;
};

/**
 * Facts in the order in which they happened. Providers state whole seconds of their own clocks: a receipt is never
 * placed before its send, and the request comes first.
 */
export function inOrder(facts: readonly KeptFact[]): KeptFact[] {
  const complete = withHops(facts);
  const sentAt = new Map<number, string>();
  for (const fact of complete) {
    if (fact.hop === undefined || fact.status !== 'sent' || fact.source === 'receipt') continue;
    const known = sentAt.get(fact.hop);
    if (known === undefined || fact.at < known) sentAt.set(fact.hop, fact.at);
  }
  const happened = (fact: KeptFact): string => {
    if (fact.source === 'request') return '';
    const sent = fact.source === 'receipt' && fact.hop !== undefined ? sentAt.get(fact.hop) : undefined;
    return sent !== undefined && sent > fact.at ? sent : fact.at;
  };
  const keyed = complete.map((fact) => ({ fact, when: happened(fact), stage: stageOf(fact) }));
  keyed.sort(
    (a, b) =>
      byText(a.when, b.when) ||
      (a.fact.hop ?? 0) - (b.fact.hop ?? 0) ||
      a.stage - b.stage ||
      byText(a.fact.at, b.fact.at) ||
      byText(a.fact.eventId, b.fact.eventId),
  );
  return keyed.map(({ fact }) => fact);
}

/** A receipt without our reference has no hop: it gets that of the send with the same provider's id. */
function withHops(facts: readonly KeptFact[]): KeptFact[] {
  const sends = new Map<string, KeptFact>();
  for (const fact of facts) {
    if (fact.hop === undefined || fact.source === 'receipt' || !fact.providerMessageId) continue;
    const key = referenceKey(fact);
    const known = sends.get(key);
    if (!known || fact.hop < known.hop!) sends.set(key, fact);
  }
  return facts.map((fact) => {
    if (fact.hop !== undefined || !fact.providerMessageId) return fact;
    const send = sends.get(referenceKey(fact));
    return send ? { ...fact, hop: send.hop, attempt: fact.attempt ?? send.attempt } : fact;
  });
}

const referenceKey = (fact: KeptFact) => JSON.stringify([fact.provider, fact.providerMessageId]);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
