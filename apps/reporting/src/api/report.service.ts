import { Channel, identityKey, isRecipient, nearestInstant, recipientHash } from '#libs/contracts';
import { badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import type {
  DeadLetterResponse,
  DeadLetterList,
  DeadLetterSummary,
  MessageResponse,
  MessageList,
  MessageSummary,
  SummaryResponse,
} from './responses.ts';
import type { Parsed, ListQuery, MessagePath, Search, SummaryQuery } from './requests.ts';
import { type Caller, impliedTenant, maySee, shownTenants } from '../access/caller.policy.ts';
import { messageNotFound } from './problem.ts';
import { type DeadLetterRow, type MessageRow, Reports } from './report.port.ts';
import { isFinal, summarise } from './summary/summary.policy.ts';
import { failureOf, timelineOf } from './message/timeline.policy.ts';
import { describeDeadLetter } from './message/wording.policy.ts';
import type { LetterQuery } from '../letters/requests.ts';
import type { DeadLetterFact } from '../projection/fact.ts';

const HOUR = 3_600_000;
const STANDARD_RANGE = 30 * 24 * HOUR;

const cursors = new Cursor({ id: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/ });

/** The responses of the API. */
@Injectable()
export class ReportService {
  private readonly hashKey: string;
  private readonly windowMs: number;
  private readonly errorDocs: string | undefined;

  constructor(
    @Inject(Reports) private readonly reports: Reports,
    @Inject(reportingConfig.KEY) config: ReportingConfig,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
    this.windowMs = config.REPORTING_RECEIPT_WINDOW_HOURS * HOUR;
    this.errorDocs = config.ERROR_DOCS_URL;
  }

  /** @param named the tenant; undefined: the one that the caller means */
  async message(caller: Caller, path: Parsed<typeof MessagePath>, named: string | undefined): Promise<MessageResponse> {
    const tenant = named ?? impliedTenant(caller);
    if (!maySee(caller, tenant)) throw messageNotFound();
    const history = await this.reports.history(identityKey({ ...path, tenant }));
    if (!history) throw messageNotFound();
    const { message, facts, deadLetter } = history;
    return {
      ...this.summaryOf(message),
      deadLetter: deadLetter ? deadLetterSummaryOf(deadLetter) : null,
      timeline: timelineOf(facts, deadLetter, this.errorDocs),
    };
  }

  async messages(
    caller: Caller,
    { cursor, limit, recipient, ...filter }: Parsed<typeof ListQuery> & Partial<Parsed<typeof Search>>,
  ): Promise<MessageList> {
    const rows = await this.reports.messages({
      ...filter,
      tenants: shownTenants(caller),
      recipientHash: recipient === undefined ? undefined : this.hashOf(recipient),
      after: cursors.read(cursor),
      limit: limit + 1,
    });
    const page = cursors.pageOf(rows, limit, (row) => ({ at: row.requestedAt.toISOString(), id: row.id }));
    return { items: page.rows.map((row) => this.summaryOf(row)), nextCursor: page.nextCursor };
  }

  async summary(caller: Caller, { tenant, since, until }: Parsed<typeof SummaryQuery>): Promise<SummaryResponse> {
    const end = until === undefined ? new Date() : new Date(until);
    const start = since === undefined ? new Date(nearestInstant(end.getTime() - STANDARD_RANGE)) : new Date(since);
    if (start >= end) throw badRequest([{ field: 'since', rule: 'must be before until' }]);
    const range = { since: start.toISOString(), until: end.toISOString() };
    return { ...range, ...summarise(await this.reports.counts({ tenant, tenants: shownTenants(caller), ...range })) };
  }

  async deadLetters(caller: Caller, { cursor, limit, ...search }: Parsed<typeof LetterQuery>): Promise<DeadLetterList> {
    const tenants = shownTenants(caller);
    const rows = await this.reports.deadLetters({ ...search, tenants, after: cursors.read(cursor), limit: limit + 1 });
    const page = cursors.pageOf(rows, limit, (row) => ({ at: row.at, id: row.eventId }));
    return { items: page.rows.map((row) => this.letterOf(row)), nextCursor: page.nextCursor };
  }

  private summaryOf({ id: _, statusAt, requestedAt, updatedAt, recipients, ...row }: MessageRow): MessageSummary {
    return {
      ...row,
      final: this.ended({ ...row, statusAt }),
      recipients: recipients.map((recipient) => recipient.mask),
      requestedAt: requestedAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    };
  }

  private letterOf(row: DeadLetterRow): DeadLetterResponse {
    const { messageId, channel, tenant, lane, requestedAt, status, statusAt, traceId } = row;
    const final =
      status !== null && statusAt !== null ? this.ended({ status, final: row.final ?? false, statusAt }) : null;
    return {
      messageId,
      channel,
      tenant,
      lane,
      ...deadLetterSummaryOf(row),
      requestedAt,
      failure: failureOf(row.failure, this.errorDocs),
      status,
      final,
      traceId,
    };
  }

  private hashOf(recipient: string): string {
    if (!Channel.options.some((channel) => isRecipient(recipient, channel)))
      throw badRequest([
        {
          field: 'recipient',
          rule: 'must be an e-mail address, or a phone number with its country’s code such as +1 202 555 0123',
        },
      ]);
    return recipientHash(this.hashKey, recipient);
  }

  private ended({ statusAt, ...row }: { status: string; final: boolean; statusAt: Date }): boolean {
    return isFinal({ ...row, statusAtMs: statusAt.getTime() }, Date.now(), this.windowMs);
  }
}

function deadLetterSummaryOf(letter: DeadLetterFact): DeadLetterSummary {
  const { at, reason, attempts, failure, state = 'open', settledBy = null, operationId = null } = letter;
  return {
    at,
    reason,
    state,
    settledBy,
    operationId,
    meaning: `${describeDeadLetter(letter)} ${failure.meaning}`,
    remedy: failure.remedy,
    attempts,
  };
}
