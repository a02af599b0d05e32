import { z } from 'zod';
import type { ProviderRequest } from './request.policy.ts';

const milliseconds = z.number().int().min(0).max(600_000);

/**
 * The maximum number of copies of one event. A real provider was observed to send that many, each with its own event
 * id.
 */
const MOST_COPIES = 46;

const pattern = z.string().min(1).max(500);
const Where = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  path: pattern.optional().describe('Path of the request, without its query; `*` stands for anything.'),
  to: pattern
    .optional()
    .describe(
      'A recipient that the request names; `*` stands for anything. Such a fault is looked at once the body was read.',
    ),
});

const WebhookTrouble = z.enum(['drop', 'duplicate', 'reorder', 'delay']);

/** A fault of a provider. All parts that are given apply together to a request. */
export const Fault = z
  .strictObject({
    on: z
      .enum(['sends', 'all'])
      .optional()
      .describe(
        'Which requests: those that send, or look-ups and checks too. Unset: all where `where` names a method or ' +
          'path, else those that send.',
      ),
    where: Where.optional().describe('Only requests like this.'),
    times: z.number().int().min(1).optional().describe('How many requests it hits before it is over. Unset: no end.'),
    rate: z.number().min(0).max(1).default(1).describe('Share of the requests that are hit.'),
    latencyMs: milliseconds.optional().describe('The answer is held back this long; what it says was done before.'),
    status: z.number().int().min(400).max(599).optional().describe('Answered instead; nothing is accepted.'),
    retryAfterSeconds: z.number().int().min(0).max(86_400).optional().describe('Retry-After header of that answer.'),
    acceptThenDrop: z
      .boolean()
      .optional()
      .describe('Accepted, webhooks and all, but the connection ends without an answer.'),
    cutAnswer: z.boolean().optional().describe('Accepted, but the connection ends in the middle of the answer.'),
    refuse: z.boolean().optional().describe('The connection ends before anything is read.'),
    webhooks: z
      .union([WebhookTrouble, z.array(WebhookTrouble).min(1)])
      .optional()
      .describe('What becomes of the webhooks of messages accepted meanwhile; several act together.'),
    webhookDelayMs: milliseconds.default(2_000).describe('How much later webhooks come with "delay".'),
    webhookCopies: z
      .number()
      .int()
      .min(2)
      .max(MOST_COPIES)
      .default(2)
      .describe('How often each comes with "duplicate".'),
    webhookNewIds: z
      .boolean()
      .default(false)
      .describe('Whether each copy has an event id of its own, as providers were seen to do.'),
  })
  .describe('One fault of one provider.');
/** Plus the fields that only one provider has. */
export type Fault = z.infer<typeof Fault> & Readonly<Record<string, unknown>>;

/** What a fault does to the webhooks of a message. */
export interface WebhookFault {
  drop?: boolean;
  /** How often each event is sent. */
  copies?: number;
  /** Whether each copy has an id of its own. */
  newIds?: boolean;
  /** Sends the last event first. */
  reorder?: boolean;
  /** Milliseconds. */
  delayMs?: number;
}

/**
 * Whether a fault applies to a request.
 * @param recipients those in the body; undefined: it was not read yet
 * @param chance from 0 up to, not including, 1
 */
export function hits(
  fault: Fault,
  request: ProviderRequest,
  recipients: readonly string[] | undefined,
  chance: number,
): boolean {
  const { where = {} } = fault;
  const named = where.method !== undefined || where.path !== undefined;
  const reached = request.sends || (fault.on ?? (named ? 'all' : 'sends')) === 'all';
  // Each fault is tried once: before the body is read, or after it where it depends on the recipient.
  if (!reached || (where.to === undefined) !== (recipients === undefined)) return false;
  const fits = (where.method ?? request.method) === request.method && like(where.path, request.path);
  return fits && (recipients?.some((to) => like(where.to, to)) ?? true) && chance < fault.rate;
}

function like(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(text);
}

export function webhookFault(fault: Fault | null): WebhookFault | null {
  if (fault?.webhooks === undefined) return null;
  const troubles = new Set([fault.webhooks].flat());
  return {
    ...(troubles.has('drop') && { drop: true }),
    ...(troubles.has('reorder') && { reorder: true }),
    ...(troubles.has('delay') && { delayMs: fault.webhookDelayMs }),
    ...(troubles.has('duplicate') && { copies: fault.webhookCopies, newIds: fault.webhookNewIds }),
  };
}
