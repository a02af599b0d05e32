import { type AcceptedSend, closes, hopOf, type Story } from './story.policy.ts';

export interface Duplicates {
  /** Nobody decided to send these again. */
  unintended: string[];
  /** How often policy sent again what the provider had taken, its answer being lost for good. */
  byPolicy: number;
}

/** Sorts a message's sends after the first into those that policy chose and those that must not be. */
export function duplicatesOf(story: Story): Duplicates {
  const found: Duplicates = { unintended: story.sends.flatMap(repeatedRecipients), byPolicy: 0 };
  const sends = story.sends
    .map((send) => ({ send, hop: hopOf(story, send) }))
    .sort((a, b) => (a.hop ?? 0) - (b.hop ?? 0) || a.send.acceptedAt - b.send.acceptedAt);
  for (const [index, { hop }] of sends.entries()) {
    if (index === 0) continue;
    const earlier = sends[index - 1]!;
    const why = unexcused(story, earlier, hop);
    if (why) found.unintended.push(why);
    else found.byPolicy += 1;
  }
  return found;
}

/** Whoever stands twice in one send would have it twice in the inbox. */
function repeatedRecipients({ recipients }: AcceptedSend): string[] {
  return new Set(recipients).size === recipients.length ? [] : ['one send went to the same recipient twice'];
}

/** Why a send must not stand beside the one of an earlier hop; undefined where policy has chosen so. */
function unexcused(
  story: Story,
  earlier: { send: AcceptedSend; hop: number | undefined },
  hop: number | undefined,
): string | undefined {
  if (hop === undefined || earlier.hop === undefined) return 'sent twice, and no fact tells of one of the calls';
  if (hop === earlier.hop) return `hop ${hop} was sent twice`;
  const closing = story.facts.find(({ fact }) => closes(fact) && fact.hop === earlier.hop)?.fact;
  if (!closing) return `hop ${hop} was sent though hop ${earlier.hop} had been, and nobody decided so`;
  if (earlier.send.acceptedAt > Date.parse(closing.at))
    return `hop ${earlier.hop} was sent after its unconfirmed call had been given up`;
  const evidence = story.facts.find(
    ({ fact }) => (fact.source === 'receipt' || fact.source === 'lookup') && fact.hop === earlier.hop,
  );
  // What stood in the topic as the unconfirmed call was given up has been read before anything goes again
  // (docs/adr/0008).
  if (evidence && evidence.recordedAt < Date.parse(closing.at))
    return `hop ${hop} was sent though hop ${earlier.hop} had been proven`;
  return undefined;
}
