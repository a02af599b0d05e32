import type { Answer } from '../../../core/response.ts';
import type { DropReason } from '../magic.policy.ts';
import type { BypassName, MailMessage } from '../message.ts';
import { badRequest, type FieldProblem } from '../error.policy.ts';

/** SendGrid's lists of addresses (tsg_suppressions_v3). */
export const listNames = ['bounces', 'blocks', 'invalid_emails', 'spam_reports', 'unsubscribes'] as const;
export type ListName = (typeof listNames)[number];

export interface Suppressed {
  email: string;
  /** Unix seconds. */
  created: number;
  reason: string;
  status: string;
  ip: string;
}

/** The list that an event adds to, or the group membership that it ends. */
export type AddedSuppression = { list: ListName } | { group: number; left: boolean };

/** SendGrid's own group for mail without one. */
const STANDARD_GROUP = 1;

export function suppressionsFrom(
  { events, asmGroupId }: Pick<MailMessage, 'events' | 'asmGroupId'>,
  index: number,
): AddedSuppression | undefined {
  const step = events[index]?.step;
  switch (step?.event) {
    case 'bounce':
      return { list: step.fields?.['type'] === 'blocked' ? 'blocks' : 'bounces' };
    case 'dropped':
      return step.fields?.['reason'] === 'Invalid' ? { list: 'invalid_emails' } : undefined;
    case 'spamreport':
      return { list: 'spam_reports' };
    case 'unsubscribe':
      return { list: 'unsubscribes' };
    case 'group_unsubscribe':
      return { group: asmGroupId ?? STANDARD_GROUP, left: true };
    case 'group_resubscribe':
      return { group: asmGroupId ?? STANDARD_GROUP, left: false };
    default:
      return undefined;
  }
}

/**
 * The lists that stop mail, and the setting that ignores each; `bypass_list_management` ignores all. Blocked addresses
 * are tried again.
 */
const drops: readonly { list: ListName; reason: DropReason; bypass?: BypassName }[] = [
  { list: 'invalid_emails', reason: 'Invalid' },
  { list: 'bounces', reason: 'Bounced Address', bypass: 'bypass_bounce_management' },
  { list: 'spam_reports', reason: 'Spam Reporting Address', bypass: 'bypass_spam_management' },
  { list: 'unsubscribes', reason: 'Unsubscribed Address', bypass: 'bypass_unsubscribe_management' },
];

/**
 * Why a mail is dropped; undefined: it may be sent.
 * @param standsOn the lists that the recipient is on
 * @param leftGroup whether the recipient unsubscribed from the mail's group, which only `bypass_list_management`
 * ignores
 */
export function dropReason(
  standsOn: (list: ListName) => boolean,
  leftGroup: boolean,
  bypasses: readonly BypassName[] = [],
): DropReason | undefined {
  if (bypasses.includes('bypass_list_management')) return undefined;
  const found = drops.find(({ list, bypass }) => standsOn(list) && !(bypass && bypasses.includes(bypass)));
  return found?.reason ?? (leftGroup ? 'Unsubscribed Address' : undefined);
}

/** An entry as its list returns it: each list has fields of its own. */
function shown(list: ListName, { email, created, reason, status, ip }: Suppressed): Record<string, unknown> {
  switch (list) {
    case 'bounces':
    case 'blocks':
      return { created, email, reason, status };
    case 'invalid_emails':
      return { created, email, reason };
    case 'spam_reports':
      return { created, email, ip };
    case 'unsubscribes':
      return { created, email };
  }
}

export interface ListQuery {
  limit?: string;
  offset?: string;
  start_time?: string;
  end_time?: string;
  email?: string;
}

const MOST = 500;

/** A page of a list, newest first, or what is wrong with the query. */
export function pageOf(list: ListName, entries: readonly Suppressed[], query: ListQuery): Answer {
  const [limit, offset, from, to] = [
    numberOf(query.limit, MOST),
    numberOf(query.offset, 0),
    numberOf(query.start_time, 0),
    numberOf(query.end_time, Infinity),
  ];
  const problems: FieldProblem[] = [
    ...(limit === undefined || limit < 1 || limit > MOST ? [wrong('limit', `must be a number from 1 to ${MOST}`)] : []),
    ...(offset === undefined ? [wrong('offset', 'must be a number')] : []),
    ...(from === undefined ? [wrong('start_time', 'must be a unix timestamp')] : []),
    ...(to === undefined ? [wrong('end_time', 'must be a unix timestamp')] : []),
  ];
  if (problems.length > 0) return badRequest(problems);
  const found = entries.filter(
    ({ email, created }) => created >= from! && created <= to! && email.startsWith(query.email ?? ''),
  );
  return {
    status: 200,
    body: found
      .toSorted((a, b) => b.created - a.created)
      .slice(offset, offset! + limit!)
      .map((entry) => shown(list, entry)),
  };
}

const wrong = (field: string, message: string): FieldProblem => ({ field, message, help: null });

function numberOf(text: string | undefined, standard: number): number | undefined {
  if (text === undefined) return standard;
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
