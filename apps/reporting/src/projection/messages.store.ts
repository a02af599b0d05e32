import type { Channel, Status } from '#libs/contracts';
import { columnsOf, type PoolClient } from '#libs/persistence';
import { makesMessage } from './admission.policy.ts';
import type { KnownFact } from './join.policy.ts';
import type { MessageProjection } from './state.policy.ts';

/** The row of a message, locked. */
export interface LockedMessage {
  id: string;
  /** The period that it belongs to with its facts: `2030-01-31`. */
  period: string;
  tenant: string;
  channel: Channel;
  message_id: string;
  /** As it was before. */
  status: Status;
  /** What it is counted in; null: nothing yet. */
  cell: string | null;
}

const lockedColumns = 'id, period::text, tenant, channel, message_id, status, cell';

/**
 * Makes the messages that the facts speak of, in the period that is open. The lock on the counts keeps it open, so a
 * message that is made somewhere else at the same time is in the same period, and meets this one there.
 * @returns the ids of those that are new
 */
export async function makeMessages(client: PoolClient, known: readonly KnownFact[]): Promise<Set<string>> {
  const rows = known.flatMap(({ id, of, fact }) => (of && makesMessage(fact) ? [{ id, ...of, at: fact.at }] : []));
  if (rows.length === 0) return new Set();
  const { rows: created } = await client.query<{ id: string }>(
    `INSERT INTO reporting.message (id, period, tenant, channel, message_id, requested_at, status, status_at, final)
     SELECT id, (SELECT period FROM reporting.period WHERE closed_at IS NULL), tenant, channel, "messageId", at,
            'accepted', at, false
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         AS r(id, tenant, channel, "messageId", at)
      WHERE NOT EXISTS (SELECT 1 FROM reporting.message m WHERE m.id = r.id)
      ORDER BY id
     ON CONFLICT (id, period) DO NOTHING
     RETURNING id`,
    columnsOf(rows, 'id', 'tenant', 'channel', 'messageId', 'at'),
  );
  return new Set(created.map(({ id }) => id));
}

/** From here on no other transaction projects these messages, so all their facts are read. In the order of ids. */
export async function lockMessages(client: PoolClient, ids: Iterable<string>): Promise<Map<string, LockedMessage>> {
  const { rows } = await client.query<LockedMessage>(
    `SELECT ${lockedColumns} FROM reporting.message WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [[...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The next messages of a period, locked in the order of ids. @param after undefined: from the first one */
export async function lockNext(
  client: PoolClient,
  period: string,
  after: string | undefined,
  most: number,
): Promise<Map<string, LockedMessage>> {
  const { rows } = await client.query<LockedMessage>(
    `SELECT ${lockedColumns} FROM reporting.message
      WHERE period = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3 FOR NO KEY UPDATE`,
    [period, after ?? null, most],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface WrittenMessage extends LockedMessage, MessageProjection {
  cell: string;
  countedHour: string;
}

/** An UPDATE … FROM a list can get a bad plan (docs/adr/0018). The rows exist, so this always updates. */
export async function writeMessages(client: PoolClient, messages: readonly WrittenMessage[]): Promise<void> {
  await client.query(
    `INSERT INTO reporting.message (id, period, tenant, channel, message_id, lane, category, trace_id, requested_at,
       recipients, correlation_id, tags, status, status_at, final, engagement, provider, attempts, cell, counted_hour,
       updated_at)
     SELECT id, period, tenant, channel, message_id, lane, category, "traceId", "requestedAt", recipients,
       "correlationId", tags, status, "statusAt", final, engagement, provider, attempts, cell, "countedHour", now()
       FROM jsonb_to_recordset($1) AS r(id uuid, period date, tenant text, channel text, message_id text, lane text,
         category text, "traceId" text, "requestedAt" timestamptz, recipients jsonb, "correlationId" text, tags text[],
         status text, "statusAt" timestamptz, final boolean, engagement text[], provider text, attempts integer,
         cell text, "countedHour" timestamptz)
      ORDER BY id
     ON CONFLICT (id, period) DO UPDATE SET lane = excluded.lane, category = excluded.category,
       trace_id = excluded.trace_id, requested_at = excluded.requested_at, recipients = excluded.recipients,
       correlation_id = excluded.correlation_id, tags = excluded.tags, status = excluded.status,
       status_at = excluded.status_at, final = excluded.final, engagement = excluded.engagement,
       provider = excluded.provider, attempts = excluded.attempts, cell = excluded.cell,
       counted_hour = excluded.counted_hour, updated_at = now(),
       receipt_asked = message.receipt_asked AND message.status = excluded.status
         AND message.status_at = excluded.status_at`,
    [JSON.stringify(messages)],
  );
}
