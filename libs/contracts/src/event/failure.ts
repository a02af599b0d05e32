import { z } from 'zod';
import { Instant } from '../request/primitives.ts';

/** Kinds of failure, by what can be done about them (docs/adr/0025). */
export const FailureKind = z.enum([
  'transient',
  'throttled',
  'unavailable',
  'bad-recipient',
  'bad-content',
  'opted-out',
  'account',
  'unknown',
]);
export type FailureKind = z.infer<typeof FailureKind>;

/**
 * `never`; `backoff`: the same provider later; `failover`: another provider at once; `operator`: after a person has
 * fixed it.
 */
export const RetryAdvice = z.enum(['never', 'backoff', 'failover', 'operator']);
export type RetryAdvice = z.infer<typeof RetryAdvice>;

/** One field of a request that breaks a rule. Never contains the value. */
export const FieldError = z.looseObject({
  field: z.string().describe('Path of the field, such as to[0].email.'),
  rule: z.string().describe('The rule it breaks.'),
});
export type FieldError = z.infer<typeof FieldError>;

/** A classified failure. The texts are ours, because a provider's own text may quote an address. */
export const Failure = z.looseObject({
  kind: FailureKind,
  code: z.string().describe("The provider's code, or one of ours."),
  provider: z.string().optional(),
  httpStatus: z.number().int().optional(),
  meaning: z.string().describe('What happened, in plain words.'),
  remedy: z.string().describe('What to do about it.'),
  retry: RetryAdvice,
  retryAfterMs: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('How long the provider asked to wait, in milliseconds.'),
  holds: z
    .enum(['all', 'sender'])
    .optional()
    .describe('The provider is left alone for a while: all of the account, or what comes from this sender.'),
  bySender: z.boolean().optional().describe('The reason lies with the sender: the message may go from another one.'),
  suppress: z.boolean().optional().describe('The recipient must not be written to again.'),
  suppressScope: z
    .enum(['sender', 'channel', 'group'])
    .optional()
    .describe('How far that reaches; missing: everything to this recipient.'),
  help: z
    .string()
    .optional()
    .describe(
      'The page about this code: a path in the repository of this platform, such as docs/errors/<provider>.md#<code>.',
    ),
  unlisted: z.boolean().optional().describe('The code stands in no catalogue; judged by its HTTP status.'),
  fields: z.array(FieldError).optional(),
});
export type Failure = z.infer<typeof Failure>;

/** One attempt, as retry and dead letters keep it. */
export const Attempt = z.looseObject({
  attempt: z.number().int().positive(),
  hop: z.number().int().positive(),
  at: Instant,
  provider: z.string().optional(),
  sender: z.string().optional().describe('Keyed hash of the sender, where there were several to choose from.'),
  failure: Failure,
});
export type Attempt = z.infer<typeof Attempt>;
