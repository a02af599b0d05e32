import { Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { MessageStore } from '../../../core/inbox/message.store.ts';
import type { SandboxMessage } from '../../../core/inbox/message.ts';
import { isMail } from '../message.ts';
import { fits, summaryOf } from './activity.policy.ts';
import { parseQuery, type Condition } from './activity-query.policy.ts';
import { badRequest } from '../error.policy.ts';

/** Email Activity: the messages that SendGrid has accepted. */
@Injectable()
export class ActivityService {
  constructor(private readonly store: MessageStore) {}

  find(query: string, limit: string | undefined): Answer {
    const most = Number(limit ?? 10);
    if (!Number.isInteger(most) || most < 1 || most > 1000) return refuse('limit must be between 1 and 1000');
    const parsed = parseQuery(query);
    if (!parsed.ok) return refuse(parsed.message);
    const messages: Record<string, unknown>[] = [];
    for (const message of this.ofAny(parsed.alternatives)) {
      if (!isMail(message) || !fits(message, parsed.alternatives)) continue;
      messages.push(summaryOf(message));
      if (messages.length === most) break;
    }
    return { status: 200, body: { messages } };
  }

  /** Every message that may fit, once. */
  private ofAny(alternatives: readonly Condition[][]): Iterable<SandboxMessage> {
    const [only = [], ...others] = alternatives;
    if (others.length === 0) return this.candidates(only);
    return new Set(alternatives.flatMap((conditions) => [...this.candidates(conditions)]));
  }

  /**
   * The smallest indexed set that contains every match: reconciling a thousand calls must not scan everything a
   * thousand times.
   */
  private candidates(conditions: readonly Condition[]): Iterable<SandboxMessage> {
    for (const { field, argument, operator, value } of conditions) {
      if (operator === '=' && field === 'to_email') return this.store.ofRecipient(value);
      if (operator === '=' && argument === 'mi_message_id') return this.store.ofReference(value);
      if (operator === '=' && argument === 'mi_call_id') return this.store.ofCall(value);
      if (field === 'msg_id' && operator === '=') return [this.store.get(value)].filter((found) => found !== undefined);
      const prefix = /^([\w-]{22})\.?%$/.exec(value)?.[1];
      if (field === 'msg_id' && operator === 'LIKE' && prefix) return this.store.ofProviderId(prefix);
    }
    return this.store.newestFirst();
  }
}

const refuse = (message: string) => badRequest([{ message, field: null, help: null }]);
