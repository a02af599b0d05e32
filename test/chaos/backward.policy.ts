import { fold, isEngagement, type Status } from '#libs/contracts';
import type { RecordedFact } from './story.policy.ts';

/** How far a message has come. `unconfirmed` is no stage of its own: a receipt, an operator or policy may still say more. */
const stages: Record<Status, number> = {
  accepted: 0, scheduled: 0, retrying: 0, unconfirmed: 0,
  failed: 1, rejected: 1, suppressed: 1, expired: 1, cancelled: 1,
  sent: 2, delayed: 2,
  delivered: 3,
  bounced: 4,
}; // prettier-ignore

/** A step of a message's status that must not happen, as its readers saw it: `delivered → failed`. */
export function backwardSteps(facts: readonly RecordedFact[]): string[] {
  const steps: string[] = [];
  let before: Status = 'accepted';
  for (let count = 1; count <= facts.length; count += 1) {
    const seen = facts.slice(0, count).map(({ fact }) => fact);
    if (isEngagement(seen.at(-1)!.status)) continue;
    const { status } = fold(seen);
    if (stages[status] < stages[before]) steps.push(`${before} → ${status}`);
    before = status;
  }
  return steps;
}
