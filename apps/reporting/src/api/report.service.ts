import { Channel, identityKey, isRecipient, nearestInstant, recipientHash } from '#libs/contracts';
import { badRequest } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { ReportingConfig } from '../reporting.config.ts';
import type {
  DeadLetterAnswer,
  DeadLetterList,
  GivenUpAnswer,
  MessageAnswer,
  MessageList,
  MessageSummary,
  SummaryAnswer,
} from './answers.ts';
import type { Asked, ListQuery, MessagePath, PageQuery, Search, SummaryQuery } from './asked.ts';
import { decodeCursor, pageOf, type Position } from './cursor.policy.ts';
import { messageNotFound } from './problem.ts';
import { type DeadLetterRow, type MessageRow, Reports } from './report.port.ts';
import { isFinal, summarise } from './summary.policy.ts';
import { failureOf, timelineOf } from './timeline.policy.ts';
import { describeGivenUp } from './wording.policy.ts';
import type { GivenUp } from '../projection/fact.ts';

const HOUR = 3_600_000;
const STANDARD_RANGE = 30 * 24 * HOUR;

/** What the API answers. */
@Injectable()
export class ReportService {
  private readonly reports: Reports;
  private readonly hashKey: string;
  private readonly windowMs: number;
  private readonly errorDocs: string | undefined;

  constructor(@Inject(Reports) reports: Reports, @Inject(ConfigService) config: ConfigService<ReportingConfig, true>) {
    this.reports = reports;
    this.hashKey = config.get('RECIPIENT_HASH_KEY', { infer: true });
    this.windowMs = config.get('REPORTING_RECEIPT_WINDOW_HOURS', { infer: true }) * HOUR;
    this.errorDocs = config.get('ERROR_DOCS_URL', { infer: true });
  }

  async message(path: Asked<typeof MessagePath>, tenant: string): Promise<MessageAnswer> {
    const history = await this.reports.history(identityKey({ ...path, tenant }));
    if (!history) throw messageNotFound();
    const { message, facts, givenUp } = history;
    return {
      ...this.summaryOf(message),
      givenUp: givenUp ? givenUpAnswer(givenUp) : null,
      timeline: timelineOf(facts, givenUp, this.errorDocs),
    };
  }

  async messages({
    cursor,
    limit,
    recipient,
    ...filter
  }: Asked<typeof ListQuery> & Partial<Asked<typeof Search>>): Promise<MessageList> {
    const rows = await this.reports.messages({
      ...filter,
      recipientHash: recipient === undefined ? undefined : this.hashOf(recipient),
      after: positionOf(cursor),
      limit: limit + 1,
    });
    const page = pageOf(rows, limit, (row) => ({ at: row.requestedAt.toISOString(), id: row.id }));
    return { items: page.rows.map((row) => this.summaryOf(row)), nextCursor: page.nextCursor };
  }

  async summary({ tenant, since, until }: Asked<typeof SummaryQuery>): Promise<SummaryAnswer> {
    const end = until === undefined ? new Date() : new Date(until);
    const start = since === undefined ? new Date(nearestInstant(end.getTime() - STANDARD_RANGE)) : new Date(since);
    if (start >= end) throw badRequest([{ field: 'since', rule: 'must be before until' }]);
    const range = { since: start.toISOString(), until: end.toISOString() };
    return { ...range, ...summarise(await this.reports.counts({ tenant, ...range })) };
  }

  async deadLetters({ tenant, cursor, limit }: Asked<typeof PageQuery>): Promise<DeadLetterList> {
    const rows = await this.reports.deadLetters({ tenant, after: positionOf(cursor), limit: limit + 1 });
    const page = pageOf(rows, limit, (row) => ({ at: row.at, id: row.eventId }));
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

  private letterOf(row: DeadLetterRow): DeadLetterAnswer {
    const { messageId, channel, tenant, lane, requestedAt, status, statusAt, traceId } = row;
    const final =
      status !== null && statusAt !== null ? this.ended({ status, final: row.final ?? false, statusAt }) : null;
    return {
      messageId,
      channel,
      tenant,
      lane,
      ...givenUpAnswer(row),
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

function givenUpAnswer(letter: GivenUp): GivenUpAnswer {
  const { at, reason, attempts, failure } = letter;
  return { at, reason, meaning: `${describeGivenUp(letter)} ${failure.meaning}`, action: failure.action, attempts };
}

function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = decodeCursor(cursor);
  if (!position) throw badRequest([{ field: 'cursor', rule: 'must be the nextCursor of an earlier answer' }]);
  return position;
}
