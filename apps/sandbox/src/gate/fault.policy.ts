import { z } from 'zod';
import { errorNames } from '../resend/error.policy.ts';

const milliseconds = z.number().int().min(0).max(600_000);

/** A trouble that a provider is told to have. All given parts act together on a request that is hit. */
export const Fault = z
  .strictObject({
    on: z.enum(['sends', 'all']).default('sends').describe('Which requests: those that send, or look-ups and checks too.'),
    times: z.number().int().min(1).optional().describe('How many requests it hits before it is over. Unset: no end.'),
    rate: z.number().min(0).max(1).default(1).describe('Share of the requests that are hit.'),
    latencyMs: milliseconds.optional().describe('The answer is held back this long; what it says was done before.'),
    status: z.number().int().min(400).max(599).optional().describe('Answered instead; nothing is accepted.'),
    twilioCode: z.number().int().min(10_000).max(99_999).optional().describe("Twilio's code in the body of that answer."),
    resendName: z.enum(errorNames).optional().describe("Resend's name of the error in the body of that answer."),
    retryAfterSeconds: z.number().int().min(0).max(86_400).optional().describe('Retry-After header of that answer.'),
    acceptThenDrop: z.boolean().optional().describe('Accepted, webhooks and all, but the connection ends without an answer.'),
    cutAnswer: z.boolean().optional().describe('Accepted, but the connection ends in the middle of the answer.'),
    refuse: z.boolean().optional().describe('The connection ends before anything is read.'),
    webhooks: z.enum(['drop', 'duplicate', 'delay']).optional().describe('What becomes of the webhooks of messages accepted meanwhile.'),
    webhookDelayMs: milliseconds.default(2_000).describe('How much later webhooks come with webhooks: "delay".'),
  })
  .describe('One fault of one provider.');
export type Fault = z.infer<typeof Fault>;

/** A body of PUT /_sandbox/faults: a provider that is not named keeps what it has, null ends its fault. */
export const FaultChange = z.strictObject({
  sendgrid: Fault.nullable().optional(),
  resend: Fault.nullable().optional(),
  twilio: Fault.nullable().optional(),
});
export type FaultChange = z.infer<typeof FaultChange>;

export type WebhookFault = { kind: 'drop' } | { kind: 'duplicate' } | { kind: 'delay'; delayMs: number };

export interface ProviderRequest {
  provider: 'sendgrid' | 'resend' | 'twilio';
  /** Whether it asks to send something. */
  sends: boolean;
}

/** Whose API a request is for; null for the sandbox's own pages. */
export function classify(method: string, url: string): ProviderRequest | null {
  const path = url.split('?', 1)[0] ?? url;
  const post = method === 'POST';
  if (path.startsWith('/v3/')) return { provider: 'sendgrid', sends: post && path === '/v3/mail/send' };
  if (path.startsWith('/v1/Services')) return { provider: 'twilio', sends: false };
  if (path.startsWith('/2010-04-01/')) return { provider: 'twilio', sends: post && path.endsWith('/Messages.json') };
  if (/^\/(emails|domains|webhooks|suppressions)(\/|$)/.test(path)) return { provider: 'resend', sends: post && (path === '/emails' || path === '/emails/batch') };
  if (path === '/v1/Content' || path.startsWith('/v1/Content/')) return { provider: 'twilio', sends: false };
  return null;
}

/** @param chance from 0 up to, not including, 1 */
export function hits(fault: Fault, request: ProviderRequest, chance: number): boolean {
  return (request.sends || fault.on === 'all') && chance < fault.rate;
}

export function webhookFault(fault: Fault | null): WebhookFault | null {
  if (!fault?.webhooks) return null;
  return fault.webhooks === 'delay' ? { kind: 'delay', delayMs: fault.webhookDelayMs } : { kind: fault.webhooks };
}
