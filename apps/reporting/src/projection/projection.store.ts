import { type Channel, isNotice, type Status } from '#libs/contracts';
import {
  columnsOf,
  database,
  type MicroBatch,
  microBatch,
  type Pool,
  type PoolClient,
  transaction,
} from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { concernsLetters, deriveLetterStates } from '../letters/letter-states.store.ts';
import type { DeadLetterFact, IncomingFact, KeptFact } from './fact.ts';
import type { KnownFact } from './join.policy.ts';
import { joinReceipts } from './join.store.ts';
import { type Progress, progressOf } from './progress.policy.ts';
import { countLetters, countProgress } from './progress-metrics.ts';
import { Projection } from './projection.port.ts';
import { deriveState } from './state.policy.ts';

interface MessageKey {
  id: string;
  tenant: string;
  channel: Channel;
  message_id: string;
  /** As it was before. */
  status: Status;
}

/** One transaction and a fixed number of statements for up to 200 facts. Locks are taken in the order of ids. */
@Injectable()
export class PostgresProjection extends Projection {
  private readonly facts: MicroBatch<IncomingFact, true>;
  private readonly letters: MicroBatch<DeadLetterFact, true>;

  constructor(@Inject(POOL) pool: Pool) {
    super();
    const batching = { size: 200, lingerMs: 5 };
    // Counted after the commit: a transaction that is repeated counts once.
    const together = <I, R>(
      stage: string,
      work: (client: PoolClient, entries: readonly I[]) => Promise<R[]>,
      counted: (results: readonly R[]) => void,
    ) =>
      microBatch<I, true>(batching, async (entries) => {
        counted(await database(stage, () => transaction(pool, (client) => work(client, entries))));
        return entries.map((): true => true);
      });
    this.facts = together('project', projectAll, countProgress);
    this.letters = together('give up', keepLetters, countLetters);
  }

  async project(fact: IncomingFact): Promise<void> {
    await this.facts.add(fact);
  }

  async addDeadLetter(letter: DeadLetterFact): Promise<void> {
    await this.letters.add(letter);
  }
}

async function projectAll(client: PoolClient, facts: readonly IncomingFact[]): Promise<Progress[]> {
  const known = await joinReceipts(client, facts);
  if (known.length === 0) return [];
  const created = await addMessages(client, known);
  const keys = await lockMessages(client, known);
  const added = await addEvents(client, known);
  if (added.size === 0) return [];
  const fresh = known.filter(({ fact }) => added.has(fact.eventId));
  await addRecipients(client, fresh);
  const changed = new Set(fresh.map(({ id }) => id));
  await deriveLetterStates(
    client,
    fresh.filter(({ fact }) => concernsLetters(fact)).map(({ id }) => id),
  );
  return writeStates(
    client,
    keys.filter(({ id }) => changed.has(id)),
    { created, fresh: added },
  );
}

/**
 * A notice does not create a message, because it may be about one that was never requested. If its request comes later,
 * the notice is in the timeline then.
 * @returns the ids of the messages that are new.
 */
async function addMessages(client: PoolClient, known: readonly KnownFact[]): Promise<Set<string>> {
  const rows = known.flatMap(({ id, of, fact }) => (of && !isNotice(fact.status) ? [{ id, ...of, at: fact.at }] : []));
  if (rows.length === 0) return new Set();
  const { rows: created } = await client.query<{ id: string }>(
    `INSERT INTO reporting.message (id, tenant, channel, message_id, requested_at, status, status_at, final)
     SELECT id, tenant, channel, "messageId", at, 'accepted', at, false
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         AS r(id, tenant, channel, "messageId", at)
      ORDER BY id
     ON CONFLICT (id) DO NOTHING
     RETURNING id`,
    columnsOf(rows, 'id', 'tenant', 'channel', 'messageId', 'at'),
  );
  return new Set(created.map(({ id }) => id));
}

/** From here on no other transaction projects these messages, so all their facts are read. */
async function lockMessages(client: PoolClient, known: readonly KnownFact[]): Promise<MessageKey[]> {
  const { rows } = await client.query<MessageKey>(
    `SELECT id, tenant, channel, message_id, status FROM reporting.message WHERE id = ANY($1::uuid[])
      ORDER BY id FOR NO KEY UPDATE`,
    [[...new Set(known.map(({ id }) => id))]],
  );
  return rows;
}

/** @returns the ids of the events that are new. */
async function addEvents(client: PoolClient, known: readonly KnownFact[]): Promise<Set<string>> {
  const { rows } = await client.query<{ event_id: string }>(
    `INSERT INTO reporting.event (event_id, id, at, hop, fact)
     SELECT (fact->>'eventId')::uuid, id, (fact->>'at')::timestamptz, (fact->>'hop')::integer, fact
       FROM unnest($1::uuid[], $2::jsonb[]) AS r(id, fact)
      ORDER BY 1
     ON CONFLICT (event_id) DO NOTHING
     RETURNING event_id`,
    [known.map(({ id }) => id), known.map(({ fact }) => JSON.stringify(fact))],
  );
  return new Set(rows.map((row) => row.event_id));
}

async function addRecipients(client: PoolClient, fresh: readonly KnownFact[]): Promise<void> {
  const rows = fresh
    .filter(({ fact }) => fact.source === 'request')
    .flatMap(({ id, fact }) => (fact.recipients ?? []).map(({ hash }) => ({ id, hash })));
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO reporting.recipient (hash, id)
     SELECT * FROM unnest($1::text[], $2::uuid[]) ORDER BY 1, 2
     ON CONFLICT DO NOTHING`,
    columnsOf(rows, 'hash', 'id'),
  );
}

// An UPDATE … FROM a list can get a bad plan (docs/adr/0018). The rows exist, so this always updates.
async function writeStates(
  client: PoolClient,
  keys: readonly MessageKey[],
  { created, fresh }: { created: ReadonlySet<string>; fresh: ReadonlySet<string> },
): Promise<Progress[]> {
  const facts = await factsOf(
    client,
    keys.map(({ id }) => id),
  );
  const projected = keys.map((key) => ({
    key,
    facts: facts.get(key.id) ?? [],
    after: deriveState(facts.get(key.id) ?? []),
  }));
  const rows = projected.map(({ key, after }) => ({ ...key, ...after }));
  await client.query(
    `INSERT INTO reporting.message (id, tenant, channel, message_id, lane, category, trace_id, requested_at, recipients,
       correlation_id, tags, status, status_at, final, engagement, provider, attempts, updated_at)
     SELECT id, tenant, channel, message_id, lane, category, "traceId", "requestedAt", recipients,
       "correlationId", tags, status, "statusAt", final, engagement, provider, attempts, now()
       FROM jsonb_to_recordset($1) AS r(id uuid, tenant text, channel text, message_id text, lane text, category text,
         "traceId" text, "requestedAt" timestamptz, recipients jsonb, "correlationId" text, tags text[], status text,
         "statusAt" timestamptz, final boolean, engagement text[], provider text, attempts integer)
      ORDER BY id
     ON CONFLICT (id) DO UPDATE SET lane = excluded.lane, category = excluded.category, trace_id = excluded.trace_id,
       requested_at = excluded.requested_at, recipients = excluded.recipients, correlation_id = excluded.correlation_id,
       tags = excluded.tags, status = excluded.status, status_at = excluded.status_at, final = excluded.final,
       engagement = excluded.engagement, provider = excluded.provider, attempts = excluded.attempts,
       updated_at = excluded.updated_at, receipt_asked = message.receipt_asked AND message.status = excluded.status
         AND message.status_at = excluded.status_at`,
    [JSON.stringify(rows)],
  );
  return projected.flatMap(({ key, ...message }) =>
    progressOf({ ...message, channel: key.channel, before: created.has(key.id) ? undefined : key.status, fresh }),
  );
}

async function factsOf(client: PoolClient, ids: readonly string[]): Promise<Map<string, KeptFact[]>> {
  const { rows } = await client.query<{ id: string; facts: KeptFact[] }>(
    'SELECT id, jsonb_agg(fact) AS facts FROM reporting.event WHERE id = ANY($1::uuid[]) GROUP BY id',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.facts]));
}

/** @returns the letters that are new. */
async function keepLetters(client: PoolClient, letters: readonly DeadLetterFact[]): Promise<DeadLetterFact[]> {
  const { rows } = await client.query<{ event_id: string }>(
    `INSERT INTO reporting.dead_letter
       (event_id, id, tenant, channel, message_id, lane, at, requested_at, hop, reason, attempts, failure, lacks,
        template, expires_at)
     SELECT "eventId", id, tenant, channel, "messageId", lane, at, "requestedAt", hop, reason, attempts, failure,
       coalesce(lacks, '{}'), template, "expiresAt"
       FROM jsonb_to_recordset($1) AS r("eventId" uuid, id uuid, tenant text, channel text, "messageId" text, lane text,
         at timestamptz, "requestedAt" timestamptz, hop integer, reason text, attempts integer, failure jsonb,
           lacks text[], template text, "expiresAt" timestamptz)
      ORDER BY "eventId"
     ON CONFLICT (event_id) DO NOTHING
     RETURNING event_id`,
    [JSON.stringify(letters)],
  );
  await deriveLetterStates(
    client,
    letters.map(({ id }) => id),
  );
  const added = new Set(rows.map((row) => row.event_id));
  return letters.filter(({ eventId }) => added.delete(eventId));
}
