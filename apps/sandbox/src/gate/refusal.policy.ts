import { refusalOfStatus } from '../resend/error.policy.ts';
import { errorAnswer, throttled, tooLarge } from '../sendgrid/error.policy.ts';
import { refusal } from '../twilio/error.policy.ts';
import type { Answer } from '../answer.ts';
import type { Fault } from './fault.policy.ts';
import { classify, type ProviderRequest } from './request.policy.ts';

/** SendGrid's limit of a whole message, 30 MB; Twilio's bodies stay far below. */
export const MAX_BODY_BYTES = 30 * 1024 * 1024;

/**
 * An answer with this status, in the words of the API that the URL belongs to.
 * @param now milliseconds of the epoch
 */
export function failureAnswer(url: string, status: number, now: number, fault: Partial<Fault> = {}): Answer {
  const provider = classify('', url)?.provider;
  const answer = inWordsOf(provider, status, now, fault);
  if (fault.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfterSeconds) } };
}

function inWordsOf(provider: ProviderRequest['provider'] | undefined, status: number, now: number, fault: Partial<Fault>): Answer {
  switch (provider) {
    case 'sendgrid': return sendgrid(status, now);
    case 'resend': return refusalOfStatus(status, fault.resendName);
    case 'twilio': return twilio(status, fault.twilioCode);
    case undefined: return own(status);
  } // prettier-ignore
}

function own(status: number): Answer {
  const message = status === 404 ? 'there is no such page' : 'the request cannot be read';
  return { status, body: { errors: [{ field: null, message }] } };
}

function sendgrid(status: number, now: number): Answer {
  if (status === 413) return tooLarge;
  return status === 429 ? throttled(now) : errorAnswer(status);
}

const twilioCodes: Readonly<Record<number, number>> = {
  401: 20003,
  403: 20006,
  404: 20404,
  405: 20004,
  429: 20429,
  500: 20500,
  503: 20503,
};

function twilio(status: number, code = twilioCodes[status] ?? (status < 500 ? 20001 : 20500)): Answer {
  return refusal(code, { status });
}
