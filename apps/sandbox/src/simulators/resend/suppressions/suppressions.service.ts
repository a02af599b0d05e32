import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { isForTrials, type SuppressedReason } from '../magic.policy.ts';
import type { ResendMessage } from '../message.ts';
import { refusal } from '../error.policy.ts';
import { reasonOf, type ResendSuppression, type SuppressionQuery, suppressionsPage } from './suppressions.policy.ts';

/** Maximum number of addresses in one batch. */
const BATCH = 100;
/** Beyond this many, the oldest entry is dropped. */
const MOST_ENTRIES = 100_000;

const addressWanted = refusal(
  'validation_error',
  'Invalid `email` field. The email address needs to follow the `email@example.com` format.',
  422,
);

/**
 * Resend's suppression list, filled by the events of e-mails. In memory: after a restart it is rebuilt from the stored
 * e-mails.
 */
@Injectable()
export class ResendSuppressions {
  private readonly entries = new Map<string, ResendSuppression>();

  onFact(message: ResendMessage, index: number): void {
    const event = message.events[index];
    const { event: name, fields } = event?.step ?? {};
    const permanent = name === 'bounced' && (fields?.['bounce'] as { type?: string } | undefined)?.type === 'Permanent';
    if (event && !isForTrials(message.to) && (permanent || name === 'complained'))
      this.put(message.to, permanent ? 'bounce' : 'complaint', message.providerMessageId, event.at);
  }

  against({ to }: ResendMessage): SuppressedReason | undefined {
    const origin = this.entries.get(to.toLowerCase())?.origin;
    return origin && reasonOf[origin];
  }

  forget(): void {
    this.entries.clear();
  }

  list(query: SuppressionQuery): Answer {
    const page = suppressionsPage([...this.entries.values()].toReversed(), query);
    return page
      ? { status: 200, body: page }
      : refusal('validation_error', 'The pagination parameters are wrong.', 422);
  }

  add(body: unknown, now: number): Answer {
    const { email } = (body ?? {}) as { email?: unknown };
    return isAddress(email)
      ? { status: 201, body: { object: 'suppression', id: this.put(email, 'manual', null, now).id } }
      : addressWanted;
  }

  addAll(body: unknown, now: number): Answer {
    const { emails } = (body ?? {}) as { emails?: unknown };
    if (!Array.isArray(emails) || emails.length < 1 || emails.length > BATCH || !emails.every(isAddress))
      return addressWanted;
    return {
      status: 201,
      body: { data: emails.map((email) => ({ object: 'suppression', id: this.put(email, 'manual', null, now).id })) },
    };
  }

  remove(idOrEmail: string): Answer {
    const found = [...this.entries.values()].find(
      ({ id, email }) => id === idOrEmail || email === idOrEmail.toLowerCase(),
    );
    if (!found) return refusal('not_found', 'Suppression not found');
    this.entries.delete(found.email);
    return { status: 200, body: { object: 'suppression', id: found.id, deleted: true } };
  }

  private put(
    address: string,
    origin: ResendSuppression['origin'],
    sourceId: string | null,
    at: number,
  ): ResendSuppression {
    const email = address.toLowerCase();
    const entry = this.entries.get(email) ?? { id: randomUUID(), email, origin, sourceId, at };
    this.entries.set(email, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MOST_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    return entry;
  }
}

const isAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text);
