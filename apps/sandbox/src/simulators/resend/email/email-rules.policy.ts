import type { z } from 'zod';
import type { AccountSetup } from '../setup.policy.ts';
import type { Answer } from '../../../core/response.ts';
import { Email } from './email.policy.ts';
import { refusal } from '../error.policy.ts';

export type Checked = { ok: true; email: Email } | { ok: false; refusal: Answer };

export interface Rules {
  /** The owner of the domains allowed in From. */
  account: AccountSetup;
  /** Whether it is a member of a batch. */
  isInBatch: boolean;
  /** Milliseconds of the epoch. */
  now: number;
}

/** Of a whole e-mail, attachments in base64 (resend.com/docs/dashboard/emails/attachments). */
const MAX_BYTES = 40_000_000;
const MAX_AHEAD_MS = 30 * 24 * 3_600_000;
const reserved = new Set(['example.com', 'test.com']);

export function checkEmail(body: unknown, rules: Rules): Checked {
  const parsed = Email.safeParse(body);
  if (!parsed.success) return { ok: false, refusal: refusalOf(parsed.error.issues[0]!, body) };
  const refused = refusalAsAWhole(parsed.data, rules);
  return refused ? { ok: false, refusal: refused } : { ok: true, email: parsed.data };
}

/** The address inside `Name <address>`. */
export const bareAddress = (mailbox: string): string => /<([^<>]+)>$/.exec(mailbox)?.[1] ?? mailbox;

/** The display name before `<address>`, without its quotes; empty where there is none. */
export const nameOfMailbox = (mailbox: string): string => {
  const name = /^(.*?)\s*<[^<>]+>$/s.exec(mailbox)?.[1] ?? '';
  return name.startsWith('"') ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name;
};

const domainOf = (mailbox: string): string => bareAddress(mailbox).split('@').at(-1)!.toLowerCase();

function refusalOf(issue: z.core.$ZodIssue, body: unknown): Answer {
  if (issue.code === 'unrecognized_keys')
    return refusal('validation_error', `Unknown field \`${issue.keys.join('`, `')}\`.`);
  const [field] = issue.path;
  if (field === undefined) return refusal('validation_error', 'The body must be a JSON object.');
  const given = (body as Record<PropertyKey, unknown>)[field];
  if (given === undefined) return refusal('missing_required_field', `Missing \`${String(field)}\` field.`);
  if (field === 'from') return refusal('invalid_from_address', `Invalid \`from\` field. ${issue.message}`);
  if (field === 'attachments') return refusal('invalid_attachment', issue.message);
  return refusal('validation_error', `Invalid \`${issue.path.map(String).join('.')}\` field. ${issue.message}`);
}

/** Rules over several fields, and over the account. */
function refusalAsAWhole(email: Email, rules: Rules): Answer | undefined {
  if (!email.template && email.subject === undefined)
    return refusal('missing_required_field', 'Missing `subject` field.');
  if (!email.template && email.html === undefined && email.text === undefined)
    return refusal('missing_required_field', 'Missing `html` or `text` field.');
  if (email.template && (email.html !== undefined || email.text !== undefined))
    return refusal('validation_error', 'A template cannot go with `html` or `text`.');
  if (rules.isInBatch && email.attachments)
    return refusal('validation_error', 'The `attachments` field is not supported in a batch.');
  if (rules.isInBatch && email.scheduled_at)
    return refusal('validation_error', 'The `scheduled_at` field is not supported in a batch.');
  if (sizeOf(email) > MAX_BYTES)
    return refusal(
      'invalid_attachment',
      'Invalid `attachments` field. An email can be no larger than 40MB, attachments in base64 included.',
    );
  const everyone = [...email.to, ...(email.cc ?? []), ...(email.bcc ?? [])];
  const unverified = sender(email.from, everyone, rules.account);
  if (unverified) return unverified;
  if (everyone.some((address) => reserved.has(domainOf(address))))
    return refusal(
      'validation_error',
      'Invalid `to` field. Please use our testing email address instead of domains like `example.com`.',
      422,
    );
  return email.scheduled_at === undefined ? undefined : schedule(email.scheduled_at, rules.now);
}

const sizeOf = ({ text = '', html = '', attachments = [] }: Email): number =>
  attachments.reduce(
    (sum, { content = '' }) => sum + content.length,
    Buffer.byteLength(text) + Buffer.byteLength(html),
  );

/** The domain resend.dev is for tests: mail from it may be sent to one's own address only. */
function sender(from: string, everyone: readonly string[], { domains, owner }: AccountSetup): Answer | undefined {
  const domain = domainOf(from);
  if (domain === 'resend.dev') {
    const alone = everyone.every((address) => bareAddress(address).toLowerCase() === owner.toLowerCase());
    return alone
      ? undefined
      : refusal(
          'validation_error',
          `You can only send testing emails to your own email address (${owner}). To send emails to other ` +
            'recipients, please verify a domain at resend.com/domains, and change the `from` address to an email ' +
            'using this domain.',
          403,
        );
  }
  if (domains.some(({ name, status }) => status === 'verified' && name.toLowerCase() === domain)) return undefined;
  return refusal(
    'validation_error',
    `The ${domain} domain is not verified. Please, add and verify your domain on https://resend.com/domains`,
    403,
  );
}

// Resend also accepts natural language, which the sandbox does not.
function schedule(text: string, now: number): Answer | undefined {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    return refusal('validation_error', 'Invalid `scheduled_at` field. It must be a date in ISO 8601 format.');
  return at - now > MAX_AHEAD_MS
    ? refusal('validation_error', 'Invalid `scheduled_at` field. It must be within 30 days.')
    : undefined;
}
