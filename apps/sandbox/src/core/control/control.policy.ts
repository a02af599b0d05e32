import { z } from 'zod';
import type { Answer } from '../response.ts';
import { type AccountChange, accountChangeOf } from '../account/account.policy.ts';
import { type FaultChange, faultChangeOf } from '../gate/fault-change.policy.ts';
import type { ProviderSimulator } from '../simulator.ts';

const Listing = z.strictObject({
  reference: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(0).max(100_000).default(1000),
  /** How many of the newest are left out. */
  offset: z.coerce.number().int().min(0).default(0),
});

/** A body of POST /_sandbox/callback: an event of a provider about a message, with any fields. */
const Callback = z.strictObject({
  id: z.string().min(1).describe('Its recipientMessageId, or the id that the provider gave.'),
  fields: z.record(z.string().min(1), z.unknown()).default({}).describe('Over those that are usual, or beside them.'),
  without: z
    .array(z.string().min(1))
    .default([])
    .describe('Usual fields that are left out; also those inside one, as data.tags.'),
});
export type Callback = z.infer<typeof Callback>;

export type Checked<T> = { ok: true; value: T } | { ok: false; refusal: Answer };

type All = readonly ProviderSimulator[];

export const checkListing = (query: unknown, simulators: All) =>
  check(Listing.extend({ provider: z.enum(simulators.map(({ name }) => name)).optional() }), query);
export const checkReply = (body: unknown, form: z.ZodType) => check(form, body);
export const checkCallback = (body: unknown) => check(Callback, body);
export const checkFaults = (body: unknown, simulators: All) =>
  check(faultChangeOf(simulators), body) as Checked<FaultChange>;
export const checkAccount = (body: unknown, simulators: All) =>
  check(accountChangeOf(simulators), body) as Checked<AccountChange>;

function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.infer<S>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap(problems);
  return { ok: false, refusal: { status: 400, body: { errors } } };
}

function problems(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const names = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  const message = issue.code === 'unrecognized_keys' ? 'there is no such field' : issue.message;
  return names.map((path) => ({ field: path.join('.') || '(the whole value)', message }));
}
