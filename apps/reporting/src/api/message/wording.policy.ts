import type { Engagement, Notice, Status } from '#libs/contracts';
import type { DeadLetterFact, KeptFact } from '../../projection/fact.ts';

const by = ({ provider }: KeptFact) => provider ?? 'the provider';

/** Its receipt did not come, so the provider was asked. */
const asked = ({ source }: KeptFact) => (source === 'lookup' ? ' when asked for it' : '');

const sizeOf = ({ segments, encoding }: KeptFact) =>
  segments === undefined
    ? ''
    : ` as ${segments} ${segments === 1 ? 'segment' : 'segments'} (${encoding ?? 'unknown encoding'})`;

const words: Record<Status | Engagement | Notice, (fact: KeptFact) => string> = {
  accepted: (fact) =>
    fact.source === 'request' ? 'The request was received.' : 'The request was taken up for sending.',
  scheduled: ({ nextAt }) => (nextAt ? `It waits until ${nextAt}.` : 'It waits for its time.'),
  retrying: ({ nextAt, operationId }) =>
    operationId
      ? 'An operator sent it on its way again.'
      : `It was not sent yet and is tried again${nextAt ? ` at ${nextAt}` : ''}.`,
  sent: (fact) =>
    fact.final
      ? `Taken by ${by(fact)} for delivery, and nothing was heard of its end.`
      : `Handed to ${by(fact)}, which took it for delivery${sizeOf(fact)}.`,
  delayed: (fact) => `Delivery is held up on the recipient’s side; ${by(fact)} goes on trying.`,
  delivered: (fact) => `Delivered, as ${by(fact)} confirms${asked(fact)}.`,
  bounced: (fact) => `The recipient’s side sent it back, as ${by(fact)} reports${asked(fact)}.`,
  failed: (fact) =>
    fact.source === 'receipt' || fact.source === 'lookup'
      ? `Not delivered, as ${by(fact)} reports${asked(fact)}.`
      : 'It could not be sent.',
  rejected: () => 'The request was refused: it breaks a rule of the contract.',
  suppressed: () => 'Not sent: this recipient must not be written to.',
  expired: () => 'Not sent: its time ran out first.',
  cancelled: () => 'Not sent: it was cancelled upstream.',
  unconfirmed: ({ final }) =>
    final
      ? 'The provider’s answer was lost and could not be found out: it may or may not have been delivered.'
      : 'The provider’s answer was lost; it is being asked whether it took the message.',
  'cancel-refused': () => 'It was not cancelled.',
  discarded: () => 'An operator put its dead letter aside: it is not sent again.',
  opened: () => 'The recipient opened it.',
  'machine-opened': () => 'A program, not a person, opened it on the recipient’s side.',
  clicked: () => 'The recipient clicked a link.',
  read: () => 'The recipient read it.',
  replied: () => 'The recipient replied.',
  complained: () => 'The recipient marked it as spam.',
  unsubscribed: () => 'The recipient unsubscribed.',
};

const reasons: Record<DeadLetterFact['reason'], string> = {
  failed: 'it failed for a reason that trying again cannot fix',
  expired: 'its time ran out before it could be sent',
  exhausted: 'it was tried as often as is allowed',
  unconfirmed: 'the provider’s answer was lost and could not be found out',
};

/** One fact in plain words: what happened, and the reason where it is known. */
export function describeFact(fact: KeptFact): string {
  return [words[fact.status](fact), fact.failure?.meaning ?? fact.reason].filter(Boolean).join(' ');
}

/** Why a message was given up, in plain words. */
export function describeDeadLetter({ reason, attempts }: Pick<DeadLetterFact, 'reason' | 'attempts'>): string {
  return `Given up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${reasons[reason]}.`;
}
