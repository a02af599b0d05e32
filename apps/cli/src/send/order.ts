import { randomUUID } from 'node:crypto';
import { type Channel, channelRegistry, fieldErrors, type Lane } from '#libs/contracts';
import { UsageError } from '../errors.ts';

export interface SendOrder {
  channel: Channel;
  messageId: string;
  tenant: string;
  lane: Lane;
  /** The request. */
  request: Record<string, unknown>;
  json: boolean;
  /** How long to follow it, in milliseconds. */
  timeoutMs: number;
}

/** The options of the command line. */
export interface Values {
  to?: string | string[];
  cc?: string[];
  bcc?: string[];
  from?: string;
  replyTo?: string;
  subject?: string;
  text?: string;
  html?: string;
  body?: string;
  media?: string[];
  kind?: string;
  template?: string;
  templateVersion?: string;
  var?: string[];
  id?: string;
  tenant?: string;
  lane: Lane;
  category?: string;
  sendAt?: string;
  expiresAt?: string;
  timeout: string;
  json?: boolean;
}

/** The fields of a request that the options of its channel set. */
export type ContentOf = (values: Values) => Record<string, unknown>;

/**
 * The order that the options give.
 * @throws UsageError naming the fields that break a rule
 */
export function orderOf(channel: Channel, contentOf: ContentOf, values: Values, now: number): SendOrder {
  const request = defined({ ...envelope(values), ...contentOf(values) });
  const checked = channelRegistry[channel].requested.schema.safeParse(request);
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
    channel,
    messageId,
    tenant,
    lane: values.lane,
    request,
    json: values.json ?? false,
    timeoutMs: wait + timeout(values.timeout),
  };
}

const envelope = (values: Values) => ({
  messageId: values.id ?? `cli-${randomUUID()}`,
  tenant: values.tenant,
  category: values.category,
  sendAt: values.sendAt,
  expiresAt: values.expiresAt,
});

export const emailOf: ContentOf = (values) => ({
  to: mailboxes(values.to) ?? [],
  cc: mailboxes(values.cc),
  bcc: mailboxes(values.bcc),
  from: mailboxes(values.from)?.[0],
  replyTo: mailboxes(values.replyTo)?.[0],
  subject: values.subject,
  text: values.text,
  html: values.html,
  template: templateOf(values),
});

export const smsOf: ContentOf = (values) => ({
  to: values.to,
  from: values.from,
  body: values.body,
  mediaUrls: values.media,
  kind: values.kind,
  template: templateOf(values),
});

function templateOf({
  template,
  templateVersion: version,
  var: pairs = [],
}: Values): Record<string, unknown> | undefined {
  if (template === undefined) return undefined;
  const variables = pairs.map((pair): [string, unknown] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw new UsageError('--var takes name=value');
    return [name, readAs(value)];
  });
  return defined({ name: template, version, variables: Object.fromEntries(variables) });
}

/** Numbers, true, false, lists and quoted text as JSON; anything else is plain text. */
function readAs(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `ada@inbox.test` or `Ada <ada@inbox.test>`. */
function mailboxes(given: string | readonly string[] | undefined): { email: string; name?: string }[] | undefined {
  if (given === undefined) return undefined;
  return [given].flat().map((mailbox) => {
    const [, name, email] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(mailbox) ?? [];
    if (email === undefined) return { email: mailbox.trim() };
    return name ? { email, name } : { email };
  });
}

function timeout(given: string): number {
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= 7 * 86_400)) throw new UsageError('--timeout must be a number of seconds');
  return seconds * 1000;
}

const defined = (request: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
