import { type AcceptedSend, hopOf, type Story } from './story.policy.ts';

interface FirstHop {
  messageId: string;
  acceptedAt: number;
  /** When our call had run out of time before the provider took it; undefined where it had not. */
  deadLetteredAt: number | undefined;
}

export interface Inversion {
  messageId: string;
  what: string;
}

/**
 * Pairs of one topic and key that the provider took in another order than they were published in. Only first hops keep
 * the order; of equal times, which are whole milliseconds, none is earlier.
 */
export function inversionsOf(stories: readonly Story[]): Inversion[] {
  const inversions: Inversion[] = [];
  for (const line of linesOf(stories)) {
    for (const [place, next] of line.entries()) {
      const overtaken = line
        .slice(0, place)
        .filter((earlier) => next.acceptedAt < earlier.acceptedAt && !mayOvertake(next, earlier));
      if (overtaken.length === 0) continue;
      const latest = overtaken.reduce((a, b) => (b.acceptedAt > a.acceptedAt ? b : a));
      inversions.push({
        messageId: next.messageId,
        what:
          `it was taken ${latest.acceptedAt - next.acceptedAt} ms before ${latest.messageId}, which was published ` +
          'first',
      });
    }
  }
  return inversions;
}

/**
 * What the provider takes only after our call has run out of time may come after the next of its key, which has gone on
 * by then (docs/delivery.md, honest limits). It must not come before what was published first, nor be overtaken while
 * its call ran.
 */
const mayOvertake = (next: FirstHop, { deadLetteredAt }: FirstHop): boolean =>
  deadLetteredAt !== undefined && next.acceptedAt >= deadLetteredAt;

/** The first hops of each topic and key, in the order of publishing. */
export function linesOf(stories: readonly Story[]): FirstHop[][] {
  const lines = new Map<string, FirstHop[]>();
  for (const story of [...stories].sort((a, b) => a.published.sequence - b.published.sequence)) {
    const { topic, key, underOtherKeys, messageId } = story.published;
    const first = firstSend(story);
    if (key === null || underOtherKeys || !first || hopOf(story, first) !== 1) continue;
    const line = `${topic} ${key}`;
    lines.set(line, [
      ...(lines.get(line) ?? []),
      { messageId, acceptedAt: first.acceptedAt, deadLetteredAt: deadLetteredAt(story, first) },
    ]);
  }
  return [...lines.values()];
}

/** When our call had run out of time, where the provider took it only after that. */
function deadLetteredAt({ facts }: Story, { callId, acceptedAt }: AcceptedSend): number | undefined {
  const unconfirmedCalls = facts.flatMap(({ fact }) =>
    fact.status === 'unconfirmed' && callId !== null && fact.callId === callId ? [Date.parse(fact.at)] : [],
  );
  return unconfirmedCalls.find((at) => at < acceptedAt);
}

/** The provider took it only after our call had run out of time. */
export const isTakenLate = (story: Story, send: AcceptedSend): boolean => deadLetteredAt(story, send) !== undefined;

const firstSend = ({ sends }: Story) => sends.toSorted((a, b) => a.acceptedAt - b.acceptedAt)[0];
