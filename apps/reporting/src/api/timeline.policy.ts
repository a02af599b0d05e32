import { type Failure, linkTo } from '#libs/contracts';
import type { GivenUp, KeptFact } from '../projection/fact.ts';
import { inOrder } from '../projection/order.policy.ts';
import type { FailureAnswer, TimelineEntry } from './answers.ts';
import { describeFact, describeGivenUp } from './wording.policy.ts';

/**
 * What happened to a message, in the order of happening; a dead letter speaks in the entry that ended it. `docs`: where
 * the pages about codes are published.
 */
export function timelineOf(facts: readonly KeptFact[], givenUp: GivenUp | undefined, docs?: string): TimelineEntry[] {
  const ordered = inOrder(facts);
  const end = givenUp ? endOf(ordered, givenUp.hop) : undefined;
  return ordered.map((fact) => entryOf(fact, fact === end ? givenUp : undefined, docs));
}

/** The last entry that a decision of ours made final, by preference on the hop that was given up. */
function endOf(ordered: readonly KeptFact[], hop: number): KeptFact | undefined {
  const ends = ordered.filter((fact) => fact.final && fact.source !== 'receipt' && fact.source !== 'lookup');
  return ends.findLast((fact) => fact.hop === hop) ?? ends.at(-1);
}

function entryOf(fact: KeptFact, givenUp: GivenUp | undefined, docs: string | undefined): TimelineEntry {
  const {
    status,
    at,
    source,
    hop,
    attempt,
    provider,
    providerMessageId,
    recipient,
    reason,
    segments,
    encoding,
    nextAt,
    failure,
  } = fact;
  return {
    status,
    at,
    source,
    hop,
    attempt,
    provider,
    providerMessageId,
    recipient: recipient?.mask,
    reason: reason ?? givenUp?.reason,
    segments,
    encoding,
    nextAt,
    failure: failure && failureOf(failure, docs),
    lacks: lacksOf(fact, givenUp),
    description: [describeFact(fact), givenUp && describeGivenUp(givenUp)].filter(Boolean).join(' '),
  };
}

function lacksOf(...of: ({ lacks?: string[] | undefined } | undefined)[]): string[] | undefined {
  const names = new Set(of.flatMap((each) => each?.lacks ?? []));
  return names.size > 0 ? [...names] : undefined;
}

/** A failure as the API tells it, with a link to the page about its code. */
export const failureOf = ({ kind, code, meaning, action, help, fields }: Failure, docs?: string): FailureAnswer => ({
  kind,
  code,
  meaning,
  action,
  help: help === undefined ? undefined : linkTo(help, docs),
  fields,
});
