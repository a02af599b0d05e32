import { refusalOfStatus } from '../../simulators/resend/error.policy.ts';
import { errorResponse, throttled, tooLarge } from '../../simulators/sendgrid/error.policy.ts';
import { refusal } from '../../simulators/twilio/error.policy.ts';
import type { Answer } from '../response.ts';
import type { Fault } from './fault.policy.ts';
import { classify, type ProviderRequest } from './request.policy.ts';

/** Of any request: Resend takes e-mails of 40 MB, and a few names around them. */
export const MAX_BODY_BYTES = 45_000_000;

/** SendGrid takes less than 30 MB, the whole request (docs.sendgrid.com/api-reference/mail-send/limitations). */
const SENDGRID_BYTES = 30_000_000;

/** Whether a provider reads no request of this size. */
export function isTooLarge(url: string, bytes: number): boolean {
  return bytes > MAX_BODY_BYTES || (classify('', url)?.provider === 'sendgrid' && bytes >= SENDGRID_BYTES);
}

/**
 * An answer with this status, in the words of the API that the URL belongs to.
 * @param now milliseconds of the epoch
 */
export function failureResponse(url: string, status: number, now: number, fault: Partial<Fault> = {}): Answer {
  const provider = classify('', url)?.provider;
  const answer = inWordsOf(provider, status, now, fault);
  if (fault.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfterSeconds) } };
}

function inWordsOf(
  provider: ProviderRequest['provider'] | undefined,
  status: number,
  now: number,
  fault: Partial<Fault>,
): Answer {
  switch (provider) {
    case 'sendgrid':
      return sendgrid(status, now);
    case 'resend':
      return refusalOfStatus(status, fault.resendName);
    case 'twilio':
      return twilio(status, fault.twilioCode);
    case undefined:
      return own(status);
  }
}

function own(status: number): Answer {
  const message = status === 404 ? 'there is no such page' : 'the request cannot be read';
  return { status, body: { errors: [{ field: null, message }] } };
}

function sendgrid(status: number, now: number): Answer {
  if (status === 413) return tooLarge;
  return status === 429 ? throttled(now) : errorResponse(status);
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
