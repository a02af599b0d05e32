import { Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import type { DropReason } from '../magic.policy.ts';
import type { MailMessage } from '../message.ts';
import { badRequest, errorResponse } from '../error.policy.ts';
import {
  dropReason,
  suppressionsFrom,
  type ListName,
  listNames,
  type ListQuery,
  pageOf,
  type Suppressed,
} from './suppressions.policy.ts';

/** Beyond this many, the oldest entry of a list is dropped. */
const MOST_ENTRIES = 100_000;

interface Member {
  email: string;
  created: number;
}

/**
 * SendGrid's suppression lists and groups, filled by the events of mail. In memory: after a restart they are rebuilt
 * from the stored mail.
 */
@Injectable()
export class SendGridSuppressions {
  private readonly lists = new Map(listNames.map((name) => [name, new Map<string, Suppressed>()]));
  private readonly groups = new Map<number, Map<string, Member>>();

  onFact(message: MailMessage, index: number): void {
    const added = suppressionsFrom(message, index);
    const event = message.events[index];
    if (!added || !event) return;
    const [email, created] = [message.to.toLowerCase(), Math.floor(event.at / 1000)];
    if ('list' in added) return this.put(added.list, { email, created, ...textOf(event.step.fields ?? {}) });
    if (added.left) this.membersOf(added.group).set(email, { email, created });
    else this.groups.get(added.group)?.delete(email);
  }

  against({ to, asmGroupId, bypasses, lost }: MailMessage): DropReason | undefined {
    if (lost) return undefined;
    const email = to.toLowerCase();
    const leftGroup = asmGroupId !== null && (this.groups.get(asmGroupId)?.has(email) ?? false);
    return dropReason((list) => this.lists.get(list)!.has(email), leftGroup, bypasses);
  }

  forget(): void {
    for (const entries of this.lists.values()) entries.clear();
    this.groups.clear();
  }

  page(list: ListName, query: ListQuery): Answer {
    return pageOf(list, [...this.lists.get(list)!.values()], query);
  }

  /** The members of all groups. */
  members(): Answer {
    const body = [...this.groups].flatMap(([group, members]) =>
      [...members.values()].map(({ email, created }) => ({
        email,
        group_id: group,
        group_name: `Group ${group}`,
        created_at: created,
      })),
    );
    return { status: 200, body };
  }

  leave(group: string, body: unknown, now: number): Answer {
    const emails = emailsOf(body);
    if (!emails || !/^\d{1,9}$/.test(group)) return emailsWanted;
    for (const email of emails)
      this.membersOf(Number(group)).set(email.toLowerCase(), {
        email: email.toLowerCase(),
        created: Math.floor(now / 1000),
      });
    return { status: 201, body: { recipient_emails: emails } };
  }

  leaveAll(body: unknown, now: number): Answer {
    const emails = emailsOf(body);
    if (!emails) return emailsWanted;
    for (const email of emails)
      this.put('unsubscribes', {
        email: email.toLowerCase(),
        created: Math.floor(now / 1000),
        reason: '',
        status: '',
        ip: '',
      });
    return { status: 201, body: { recipient_emails: emails } };
  }

  remove(list: ListName, email: string): Answer {
    return this.lists.get(list)!.delete(email.toLowerCase()) ? { status: 204 } : errorResponse(404);
  }

  rejoin(group: string, email: string): Answer {
    return this.groups.get(Number(group))?.delete(email.toLowerCase()) ? { status: 204 } : errorResponse(404);
  }

  private membersOf(group: number): Map<string, Member> {
    const members = this.groups.get(group) ?? new Map<string, Member>();
    this.groups.set(group, members);
    return members;
  }

  private put(list: ListName, entry: Suppressed): void {
    const entries = this.lists.get(list)!;
    entries.set(entry.email, entry);
    const [oldest] = entries.keys();
    if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
  }
}

const emailsWanted = badRequest([
  { field: 'recipient_emails', message: 'recipient_emails must be a list of e-mail addresses', help: null },
]);

function emailsOf(body: unknown): string[] | undefined {
  const { recipient_emails: emails } = (body ?? {}) as { recipient_emails?: unknown };
  if (!Array.isArray(emails) || emails.length === 0) return undefined;
  return emails.every((email): email is string => typeof email === 'string' && /^[^@\s]+@[^@\s]+$/.test(email))
    ? emails
    : undefined;
}

function textOf(fields: Readonly<Record<string, unknown>>): Pick<Suppressed, 'reason' | 'status' | 'ip'> {
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  return { reason: text('reason'), status: text('status'), ip: text('ip') || '127.0.0.1' };
}
