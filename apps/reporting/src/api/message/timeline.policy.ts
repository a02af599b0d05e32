import type { Failure } from '#libs/contracts';
import { linkTo } from '#libs/providers';
import type { DeadLetterFact, KeptFact } from '../../projection/fact.ts';
import { inOrder } from '../../projection/order.policy.ts';
import type { FailureResponse, TimelineEntry } from '../responses.ts';
import { describeFact, describeDeadLetter } from './wording.policy.ts';

/**
 * The facts of a message in the order in which they happened; a dead letter is shown in the entry that ended the
 * message. `docs`: where the pages about codes are published.
 */
export function timelineOf(
  facts: readonly KeptFact[],
  deadLetter: DeadLetterFact | undefined,
  docs?: string,
): TimelineEntry[] {
  const ordered = inOrder(facts);
  const end = deadLetter ? endOf(ordered, deadLetter.hop) : undefined;
  return ordered.map((fact) => entryOf(fact, fact === end ? deadLetter : undefined, docs));
}

/** The last entry that a decision of ours made final, preferably of the hop that was given up. */
function endOf(ordered: readonly KeptFact[], hop: number): KeptFact | undefined {
  const ends = ordered.filter((fact) => fact.final && fact.source !== 'receipt' && fact.source !== 'lookup');
  return ends.findLast((fact) => fact.hop === hop) ?? ends.at(-1);
}

function entryOf(fact: KeptFact, deadLetter: DeadLetterFact | undefined, docs: string | undefined): TimelineEntry {
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
    operationId,
    segments,
    encoding,
    nextAt,
    route,
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
    reason: reason ?? deadLetter?.reason,
    operationId,
    segments,
    encoding,
    nextAt,
    route,
    failure: failure && failureOf(failure, docs),
    lacks: lacksOf(fact, deadLetter),
    description: [describeFact(fact), deadLetter && describeDeadLetter(deadLetter)].filter(Boolean).join(' '),
  };
}

function lacksOf(...of: ({ lacks?: string[] | undefined } | undefined)[]): string[] | undefined {
  const names = new Set(of.flatMap((each) => each?.lacks ?? []));
  return names.size > 0 ? [...names] : undefined;
}

/** A failure as the API returns it, with a link to the page about its code. */
export const failureOf = ({ kind, code, meaning, remedy, help, fields }: Failure, docs?: string): FailureResponse => ({
  kind,
  code,
  meaning,
  remedy,
  help: help === undefined ? undefined : linkTo(help, docs),
  fields,
});
