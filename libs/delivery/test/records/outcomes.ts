import { type Failure, RetryAdvice, FailureKind, nearestInstant, type RecipientRef } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import { admit } from '../../src/accept/admit.policy.ts';
import type { Delivery, Outcome, SuppressedRecipient } from '../../src/delivery.ts';
import { stopped } from '../../src/ending/ending.policy.ts';
import { heldBack, outcomeOf } from '../../src/send/outcome.policy.ts';
import { notStarted, postponed } from '../../src/accept/postpone.policy.ts';
import fc from 'fast-check';
import { noon } from './requests.ts';

const providerText = fc.string({ unit: 'binary', maxLength: 12 });

export const failures: fc.Arbitrary<Failure> = fc.record(
  {
    kind: fc.constantFrom(...FailureKind.options),
    code: providerText,
    provider: fc.constantFrom('sendgrid', 'twilio'),
    httpStatus: fc.integer({ min: 100, max: 599 }),
    meaning: fc.constant('It was refused.'),
    remedy: fc.constant('Nothing.'),
    retry: fc.constantFrom(...RetryAdvice.options),
    retryAfterMs: fc.nat(),
    suppress: fc.boolean(),
    fields: fc.array(fc.record({ field: providerText, rule: providerText }), { maxLength: 2 }),
  },
  { requiredKeys: ['kind', 'code', 'meaning', 'remedy', 'retry'] },
);

const answers: fc.Arbitrary<SendResult> = fc.oneof(
  fc.record(
    {
      sent: fc.constant(true as const),
      providerMessageId: providerText,
      size: fc.record({
        segments: fc.integer({ min: 1, max: 10 }),
        encoding: fc.constantFrom('GSM-7' as const, 'UCS-2' as const),
      }),
    },
    { requiredKeys: ['sent', 'providerMessageId'] },
  ),
  fc.record(
    {
      sent: fc.constant(false as const),
      failure: failures,
      replay: fc.record({ key: providerText, digest: providerText }),
    },
    { requiredKeys: ['sent', 'failure'] },
  ),
);

/** How a hop ends: its outcome, the time (ms since 1970), and whether its first recipient was left out. */
export interface End {
  how:
    | 'answered'
    | 'checked only'
    | 'held back'
    | 'postponed'
    | 'not started'
    | 'admitted'
    | 'suppressed'
    | 'found'
    | 'unresolved'
    | 'superseded'
    | 'stopped'
    | 'stopped in the call';
  now: number;
  until: number;
  answer: SendResult;
  failure: Failure;
  leavesOut: boolean;
}

export const ends: fc.Arbitrary<End> = fc.record({
  how: fc.constantFrom<End['how'][]>(
    'answered',
    'answered',
    'answered',
    'checked only',
    'held back',
    'postponed',
    'not started',
    'admitted',
    'admitted',
    'suppressed',
    'found',
    'unresolved',
    'superseded',
    'stopped',
    'stopped in the call',
  ),
  now: fc.integer({ min: 0, max: 60 * 86_400_000 }).map((ms) => noon + ms),
  until: fc.integer({ min: 0, max: 86_400_000 }).map((ms) => noon + ms),
  answer: answers,
  failure: failures,
  leavesOut: fc.boolean(),
});

const callId = '00000000-0000-4000-8000-000000000000';

const leftOut = (recipient: RecipientRef, failure: Failure): SuppressedRecipient => ({
  recipient,
  failure,
  why: 'It was asked for.',
});

/** The outcome as the engine makes it. */
export function outcomeBy(delivery: Delivery<unknown>, end: End): Outcome {
  const outcome = bare(delivery, end);
  const [first, ...others] = delivery.recipients;
  return end.leavesOut && first && others.length > 0
    ? { ...outcome, suppressedRecipients: [leftOut(first, end.failure)] }
    : outcome;
}

function bare(delivery: Delivery<unknown>, { how, now, until, answer, failure }: End): Outcome {
  const at = nearestInstant(now);
  const reference = {
    messageId: delivery.messageId,
    tenant: delivery.tenant,
    lane: delivery.lane,
    hop: delivery.hop,
    attempt: delivery.attempts.length + 1,
    callId,
    traceparent: undefined,
  };
  if (delivery.mode === 'reconcile')
    return how === 'found' ? { kind: 'found', at, provider: 'sendgrid' } : { kind: 'unresolved', at };
  switch (how) {
    case 'answered':
      return forbidding(outcomeOf(answer, 'sendgrid', reference, now), delivery);
    case 'checked only':
      return outcomeOf({ sent: true, providerMessageId: '', validatedOnly: true }, 'sendgrid', reference, now);
    case 'held back':
      return heldBack(delivery, failure, now);
    case 'postponed':
      return postponed(delivery, now + (until - noon), 'Its turn has not come.', now);
    case 'not started':
      return notStarted(delivery, now);
    case 'admitted':
      return admit(delivery, now) ?? admit(delivery, noon) ?? notStarted(delivery, now);
    case 'suppressed':
      return {
        kind: 'suppressed',
        at,
        suppressedRecipients: delivery.recipients.map((recipient) => leftOut(recipient, failure)),
      };
    case 'superseded':
      return { kind: 'superseded', at, by: delivery.hop };
    case 'stopped':
      return stopped(delivery, failure, now);
    default:
      return stopped(delivery, failure, now, { provider: 'sendgrid', callId });
  }
}

/** A refusal with `suppress` suppresses its recipient. */
function forbidding(outcome: Outcome, { recipients }: Delivery<unknown>): Outcome {
  const [recipient] = recipients;
  return outcome.kind === 'failed' && recipient
    ? { ...outcome, forbids: { recipient, scope: 'all', reason: 'invalid' } }
    : outcome;
}
