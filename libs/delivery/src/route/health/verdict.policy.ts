import type { Failure } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import type { Verdict } from './breaker.policy.ts';

/** What the result of a call says of the provider's health; undefined: it ended without one. */
export function verdictOf(result: SendResult | undefined): Verdict {
  if (!result) return 'neutral';
  return result.sent ? 'healthy' : verdictOfFailure(result.failure);
}

function verdictOfFailure(failure: Failure): Verdict {
  // A held provider is left alone: a circuit on top would wait twice.
  if (unseen.has(failure.code) || failure.holds) return 'neutral';
  switch (failure.kind) {
    case 'transient':
    case 'unknown':
      return 'failing';
    case 'throttled':
    case 'unavailable':
      return 'neutral';
    case 'account':
    case 'bad-recipient':
    case 'bad-content':
    case 'opted-out':
      return answered(failure);
  }
}

/** It waited too long on our side, or for somebody else's file: the provider never saw it. */
const unseen = new Set(['MSG_NOT_STARTED', 'MSG_FILE_UNREACHABLE']);

/** A refusal with a status is an answer; one without was found on our side, before any call. */
const answered = ({ httpStatus }: Failure): Verdict => (httpStatus === undefined ? 'neutral' : 'healthy');
