import { type AcceptedSend, hopOf, type Story } from './story.policy.ts';

interface FirstHop {
  messageId: string;
  acceptedAt: number;
}

export interface Inversion {
  messageId: string;
  what: string;
}

/**
 * Pairs of one topic and key that the provider took in another order than they were published in. Only first hops keep the
 * order, and not those that the provider took late; of equal times, which are whole milliseconds, none is earlier.
 */
export function inversionsOf(stories: readonly Story[]): Inversion[] {
  const inversions: Inversion[] = [];
  for (const line of linesOf(stories)) {
    let latest = line[0]!;
    for (const next of line) {
      if (next.acceptedAt < latest.acceptedAt) {
        inversions.push({ messageId: next.messageId, what: `it was taken ${latest.acceptedAt - next.acceptedAt} ms before ${latest.messageId}, which was published first` });
      }
      if (next.acceptedAt > latest.acceptedAt) latest = next;
    }
  }
  return inversions;
}

/** The first hops of each topic and key, in the order of publishing. */
export function linesOf(stories: readonly Story[]): FirstHop[][] {
  const lines = new Map<string, FirstHop[]>();
  for (const story of [...stories].sort((a, b) => a.published.sequence - b.published.sequence)) {
    const { topic, key, underOtherKeys, messageId } = story.published;
    const first = firstSend(story);
    if (key === null || underOtherKeys || !first || hopOf(story, first) !== 1 || isTakenLate(story, first)) continue;
    const line = `${topic} ${key}`;
    lines.set(line, [...(lines.get(line) ?? []), { messageId, acceptedAt: first.acceptedAt }]);
  }
  return [...lines.values()];
}

/** The provider took it only after our call had run out of time: by then the next of its key had gone on. */
export const isTakenLate = ({ facts }: Story, { callId, acceptedAt }: AcceptedSend): boolean =>
  callId !== null && facts.some(({ fact }) => fact.status === 'unconfirmed' && fact.callId === callId && Date.parse(fact.at) < acceptedAt);

const firstSend = ({ sends }: Story) => sends.toSorted((a, b) => a.acceptedAt - b.acceptedAt)[0];
