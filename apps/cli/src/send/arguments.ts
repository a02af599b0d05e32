import { randomUUID } from 'node:crypto';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { Channel, EmailRequested, fieldErrors, Lane, SmsRequested } from '#libs/contracts';

export const usage = `Usage: npm run send -- email --to ada@inbox.test --subject Hello --text "It works"
       npm run send -- sms --to +12025550123 --body "It works"
       npm run send -- email --to ada@inbox.test --template welcome --var name=Ada --var productName=Engines \\
                   --var startUrl=https://example.org/
E-mail:  --to (repeatable) --cc --bcc --from "Name <address>" --reply-to --subject --text --html
SMS:     --to --from --body --media <url> (repeatable) --kind sms|mms|whatsapp
Either:  --template <name> --template-version <n> --var name=value (repeatable; a value that is JSON is read as such)
Both:    --id <messageId>  --tenant <name>  --lane transactional|urgent|bulk  --category transactional|marketing
         --send-at <ISO 8601>  --expires-at <ISO 8601>
         --timeout <seconds>  give up following after this long (60; counted from --send-at)
         --json               only the timeline, as JSON
Exit code: 0 delivered, 1 another end, 2 wrong use, no answer or time-out`;

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const shared = {
  id: text,
  tenant: text,
  lane: text,
  category: text,
  'send-at': text,
  'expires-at': text,
  timeout: text,
  json: flag,
  template: text,
  'template-version': text,
  var: texts,
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;
const emailOptions = {
  ...shared,
  to: texts,
  cc: texts,
  bcc: texts,
  from: text,
  'reply-to': text,
  subject: text,
  text,
  html: text,
} as const;
const smsOptions = { ...shared, to: text, from: text, body: text, media: texts, kind: text } as const;

/** Wrong use: shown to the person with the usage. */
export class UsageError extends Error {}

export interface SendOrder {
  channel: Channel;
  messageId: string;
  tenant: string;
  lane: Lane;
  /** What is published. */
  request: Record<string, unknown>;
  json: boolean;
  /** How long to follow it, in milliseconds. */
  timeoutMs: number;
}

type Values = Record<string, string | string[] | boolean | undefined>;

/**
 * The order on a command line, or undefined where help was asked for. @throws WrongUse with the fields that break a
 * rule
 */
export function parseOrder(args: readonly string[], now = Date.now()): SendOrder | undefined {
  if (args.length === 0 || args[0] === '--help' || args[0] === '-h') return undefined;
  const channel = Channel.safeParse(args[0]);
  if (!channel.success) throw new UsageError(`the first word must be ${Channel.options.join(' or ')}`);
  const values = parsed(args.slice(1), channel.data === 'email' ? emailOptions : smsOptions);
  if (values['help']) return undefined;
  const lane = Lane.safeParse(values['lane'] ?? 'transactional');
  if (!lane.success) throw new UsageError(`--lane must be one of ${Lane.options.join(', ')}`);
  const request = defined({ ...envelope(values), ...(channel.data === 'email' ? emailOf(values) : smsOf(values)) });
  const checked = (channel.data === 'email' ? EmailRequested : SmsRequested).safeParse(request);
  if (!checked.success) {
    throw new UsageError(
      `this is not a valid request:\n${fieldErrors(checked.error)
        .map(({ field, rule }) => `  ${field}: ${rule}`)
        .join('\n')}`,
    );
  }
  const { messageId, tenant, sendAt } = checked.data;
  const wait = Math.max(0, sendAt ? Date.parse(sendAt) - now : 0);
  return {
    channel: channel.data,
    messageId,
    tenant,
    lane: lane.data,
    request,
    json: values['json'] === true,
    timeoutMs: wait + timeout(values['timeout']),
  };
}

function parsed(args: string[], options: ParseArgsOptionsConfig): Values {
  try {
    return parseArgs({ args, options, strict: true }).values as Values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const envelope = (values: Values) => ({
  messageId: values['id'] ?? `cli-${randomUUID()}`,
  tenant: values['tenant'],
  category: values['category'],
  sendAt: values['send-at'],
  expiresAt: values['expires-at'],
});

const emailOf = (values: Values) => ({
  to: mailboxes(values['to']) ?? [],
  cc: mailboxes(values['cc']),
  bcc: mailboxes(values['bcc']),
  from: mailboxes(values['from'])?.[0],
  replyTo: mailboxes(values['reply-to'])?.[0],
  subject: values['subject'],
  text: values['text'],
  html: values['html'],
  template: templateOf(values),
});

const smsOf = (values: Values) => ({
  to: values['to'],
  from: values['from'],
  body: values['body'],
  mediaUrls: values['media'],
  kind: values['kind'],
  template: templateOf(values),
});

function templateOf({
  template,
  'template-version': version,
  var: pairs,
}: Values): Record<string, unknown> | undefined {
  if (template === undefined) return undefined;
  const variables = [pairs ?? []].flat().map((pair): [string, unknown] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(String(pair)) ?? [];
    if (name === undefined || value === undefined) throw new UsageError('--var takes name=value');
    return [name, readAs(value)];
  });
  return defined({ name: template, version, variables: Object.fromEntries(variables) });
}

/** Numbers, true, false, lists and quoted text as JSON; anything else is text as it stands. */
function readAs(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `ada@inbox.test` or `Ada <ada@inbox.test>`. */
function mailboxes(given: Values[string]): { email: string; name?: string }[] | undefined {
  if (given === undefined || typeof given === 'boolean') return undefined;
  return [given].flat().map((mailbox) => {
    const [, name, email] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(mailbox) ?? [];
    if (email === undefined) return { email: mailbox.trim() };
    return name ? { email, name } : { email };
  });
}

function timeout(given: Values[string]): number {
  const seconds = given === undefined ? 60 : Number(given);
  if (!(seconds > 0 && seconds <= 7 * 86_400)) throw new UsageError('--timeout must be a number of seconds');
  return seconds * 1000;
}

const defined = (request: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
