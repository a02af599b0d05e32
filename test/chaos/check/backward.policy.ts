import { fold, isEngagement, isNotice, type Status, type StatusChanged } from '#libs/contracts';
import { duplicatesOf } from './duplicates.policy.ts';
import { hopOf, type Story } from './story.policy.ts';

/**
 * How far a message has come. `unconfirmed` is no stage of its own: a receipt, an operator or policy may still say
 * more.
 */
const stages: Record<Status, number> = {
  accepted: 0,
  scheduled: 0,
  retrying: 0,
  unconfirmed: 0,
  failed: 1,
  rejected: 1,
  suppressed: 1,
  expired: 1,
  cancelled: 1,
  sent: 2,
  delayed: 2,
  delivered: 3,
  bounced: 4,
};

/** A step of a message's status that must not happen, as its readers saw it: `delivered → failed`. */
export function backwardSteps(story: Story): string[] {
  const copies = copiesByPolicy(story);
  const steps: string[] = [];
  let before: Status = 'accepted';
  for (let count = 1; count <= story.facts.length; count += 1) {
    const seen = story.facts.slice(0, count).map(({ fact }) => fact);
    const { status: last, operationId } = seen.at(-1)!;
    if (isEngagement(last) || isNotice(last)) continue;
    const { status } = fold(seen);
    // An operator sends on its way again what was given up, and nothing that a provider may have.
    const isRedriven = operationId !== undefined && stages[before] === stages.failed;
    if (stages[status] < stages[before] && !isRedriven && !isOfOtherCopy(before, status, seen, copies))
      steps.push(`${before} → ${status}`);
    before = status;
  }
  return steps;
}

/** The hops of the copies that the provider has taken, where policy chose to send again: each has a fate of its own. */
function copiesByPolicy(story: Story): number[] {
  const { unintended, byPolicy } = duplicatesOf(story);
  if (byPolicy === 0 || unintended.length > 0) return [];
  return story.sends.flatMap((send) => hopOf(story, send) ?? []);
}

/**
 * The copy that bounced stands there still; the other one speaks now (docs/adr/0023: a bounced hop gives way to a later
 * one, or to a delivery).
 */
function isOfOtherCopy(
  before: Status,
  now: Status,
  seen: readonly StatusChanged[],
  copies: readonly number[],
): boolean {
  const states = copies.map((hop) => fold(seen.filter((fact) => fact.hop === hop)).status);
  return before === 'bounced' && states.includes('bounced') && states.includes(now);
}
