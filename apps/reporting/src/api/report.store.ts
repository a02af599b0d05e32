import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { meant } from '../letters/letter-groups.store.ts';
import { Conditions } from './conditions.ts';
import type { DeadLetterFact, KeptFact } from '../projection/fact.ts';
import {
  type DeadLetterRow,
  type MessageFilter,
  type MessageHistory,
  type MessageRow,
  Reports,
} from './report.port.ts';
import type { Count } from './summary/summary.policy.ts';

const messageColumns = `m.id, m.tenant, m.channel, m.message_id AS "messageId", m.lane, m.category,
  m.trace_id AS "traceId", m.requested_at AS "requestedAt", m.recipients, m.correlation_id AS "correlationId", m.tags,
  m.status, m.status_at AS "statusAt", m.final, m.engagement, m.provider, m.attempts, m.updated_at AS "updatedAt"`;

const letterColumns = `d.event_id AS "eventId", d.id, d.tenant, d.channel, d.message_id AS "messageId", d.lane, d.at,
  d.requested_at AS "requestedAt", d.hop, d.reason, d.attempts, d.failure, d.lacks, d.state,
  d.settled_by AS "settledBy", d.operation_id AS "operationId", d.expires_at AS "expiresAt"`;

/** Times as the driver returns them: dates from columns, text from JSON. */
type Dated<T extends DeadLetterFact> = Omit<T, 'at' | 'requestedAt'> & {
  at: Date | string;
  requestedAt: Date | string;
};

@Injectable()
export class PostgresReports extends Reports {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  /** One statement, so that state, timeline and dead letter are of one instant. */
  async history(id: string): Promise<MessageHistory | undefined> {
    const [row] = await this.rows<MessageRow & { facts: KeptFact[]; deadLetter: DeadLetterFact | null }>(
      `SELECT ${messageColumns},
              coalesce((SELECT json_agg(e.fact) FROM reporting.event e
                         WHERE e.id = m.id AND e.period = m.period), '[]') AS facts,
              (SELECT to_json(l) FROM (
                SELECT ${letterColumns} FROM reporting.dead_letter d WHERE d.id = m.id ORDER BY d.at DESC LIMIT 1
              ) l) AS "deadLetter"
         FROM reporting.message m WHERE m.id = $1`,
      [id],
    );
    if (!row) return undefined;
    const { facts, deadLetter, ...message } = row;
    return { message, facts, deadLetter: deadLetter ? inText(deadLetter) : undefined };
  }

  messages({ channel, status, tenant, tenants, recipientHash, after, limit }: MessageFilter): Promise<MessageRow[]> {
    const where = new Conditions()
      .add(channel, (value) => `m.channel = ${value}`)
      .add(status, (value) => `m.status = ${value}`)
      .add(tenant, (value) => `m.tenant = ${value}`)
      .add(tenants, (value) => `m.tenant = ANY(${value})`)
      .add(
        recipientHash,
        (value) => `(m.id, m.period) IN (SELECT r.id, r.period FROM reporting.recipient r WHERE r.hash = ${value})`,
      )
      .addPair(after && [after.at, after.id], (at, id) => `(m.requested_at, m.id) < (${at}, ${id})`);
    const order = `ORDER BY m.requested_at DESC, m.id DESC LIMIT ${where.value(limit)}`;
    return this.rows(`SELECT ${messageColumns} FROM reporting.message m ${where.text} ${order}`, where.values);
  }

  counts({ tenant, tenants, since, until }: Parameters<Reports['counts']>[0]): Promise<Count[]> {
    const where = new Conditions()
      .add(since, (value) => `m.requested_at >= ${value}`)
      .add(until, (value) => `m.requested_at < ${value}`)
      .add(tenant, (value) => `m.tenant = ${value}`)
      .add(tenants, (value) => `m.tenant = ANY(${value})`);
    return this.rows(
      `SELECT m.channel, m.status, count(*) AS count FROM reporting.message m ${where.text} GROUP BY 1, 2`,
      where.values,
    );
  }

  async deadLetters({ after, limit, ...search }: Parameters<Reports['deadLetters']>[0]): Promise<DeadLetterRow[]> {
    const where = meant(search).addPair(
      after && [after.at, after.id],
      (at, id) => `(d.at, d.event_id) < (${at}, ${id})`,
    );
    const order = `ORDER BY d.at DESC, d.event_id DESC LIMIT ${where.value(limit)}`;
    const rows = await this.rows<Dated<DeadLetterRow>>(
      `SELECT ${letterColumns}, m.status, m.final, m.status_at AS "statusAt", m.trace_id AS "traceId"
         FROM reporting.dead_letter d LEFT JOIN reporting.message m USING (id) ${where.text} ${order}`,
      where.values,
    );
    return rows.map(inText);
  }

  private async rows<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    const { rows } = await database('report', () => this.pool.query<T>(text, values));
    return rows;
  }
}

function inText<T extends DeadLetterFact>(row: Dated<T>): T {
  const at = new Date(row.at).toISOString();
  return { ...row, at, requestedAt: new Date(row.requestedAt).toISOString() } as unknown as T;
}
