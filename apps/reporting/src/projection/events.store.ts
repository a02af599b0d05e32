import { isEngagement } from '#libs/contracts';
import { columnsOf, type PoolClient } from '#libs/persistence';
import { readCell } from '../counts/cell.ts';
import { MOST_ENGAGEMENTS, withinBounds } from './admission.policy.ts';
import type { KeptFact } from './fact.ts';
import type { KnownFact } from './join.policy.ts';
import type { LockedMessage } from './messages.store.ts';

/**
 * Stores facts of locked messages, each once, in the period of its message.
 * @returns those that are new
 */
export async function addEvents(
  client: PoolClient,
  messages: ReadonlyMap<string, LockedMessage>,
  facts: readonly KnownFact[],
): Promise<KnownFact[]> {
  const kept = await bounded(client, messages, facts);
  if (kept.length === 0) return [];
  const { rows } = await client.query<{ event_id: string }>(
    `INSERT INTO reporting.event (event_id, id, period, at, hop, fact)
     SELECT (fact->>'eventId')::uuid, id, period, (fact->>'at')::timestamptz, (fact->>'hop')::integer, fact
       FROM unnest($1::uuid[], $2::date[], $3::jsonb[]) AS r(id, period, fact)
      ORDER BY 1
     ON CONFLICT (event_id, period) DO NOTHING
     RETURNING event_id`,
    [
      kept.map(({ id }) => id),
      kept.map(({ id }) => messages.get(id)!.period),
      kept.map(({ fact }) => JSON.stringify(fact)),
    ],
  );
  const added = new Set(rows.map((row) => row.event_id));
  return kept.filter(({ fact }) => added.delete(fact.eventId));
}

/** Without the engagements beyond the bound. Only where a message comes near it is asked which ones are known. */
async function bounded(
  client: PoolClient,
  messages: ReadonlyMap<string, LockedMessage>,
  facts: readonly KnownFact[],
): Promise<readonly KnownFact[]> {
  const engaging = Map.groupBy(
    facts.filter(({ fact }) => isEngagement(fact.status)),
    ({ id }) => id,
  );
  const near = [...engaging].flatMap(([id, own]) => {
    const kept = keptEngagements(messages.get(id)!);
    return Math.max(0, ...kept.values()) + own.length > MOST_ENGAGEMENTS ? [{ id, own, kept }] : [];
  });
  if (near.length === 0) return facts;
  const known = await knownAmong(
    client,
    near.flatMap(({ own }) => own.map(({ fact }) => fact.eventId)),
  );
  const refused = new Set<KnownFact>();
  for (const { own, kept } of near) {
    const within = new Set(
      withinBounds(
        own.map(({ fact }) => fact),
        kept,
        (eventId) => known.has(eventId),
      ),
    );
    for (const each of own) if (!within.has(each.fact)) refused.add(each);
  }
  return facts.filter((each) => !refused.has(each));
}

const keptEngagements = ({ cell }: LockedMessage): ReadonlyMap<string, number> =>
  new Map(cell === null ? [] : readCell(cell).engagement);

async function knownAmong(client: PoolClient, eventIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ event_id: string }>(
    'SELECT event_id FROM reporting.event WHERE event_id = ANY($1::uuid[])',
    [eventIds],
  );
  return new Set(rows.map((row) => row.event_id));
}

export async function addRecipients(
  client: PoolClient,
  messages: ReadonlyMap<string, LockedMessage>,
  fresh: readonly KnownFact[],
): Promise<void> {
  const rows = fresh
    .filter(({ fact }) => fact.source === 'request')
    .flatMap(({ id, fact }) =>
      (fact.recipients ?? []).map(({ hash }) => ({ hash, id, period: messages.get(id)!.period })),
    );
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO reporting.recipient (hash, id, period)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[]) ORDER BY 1, 2
     ON CONFLICT DO NOTHING`,
    columnsOf(rows, 'hash', 'id', 'period'),
  );
}

/** All facts of these messages. */
export async function factsOf(
  client: PoolClient,
  messages: readonly LockedMessage[],
): Promise<Map<string, KeptFact[]>> {
  const { rows } = await client.query<{ id: string; facts: KeptFact[] }>(
    `SELECT id, jsonb_agg(fact) AS facts FROM reporting.event
      WHERE id = ANY($1::uuid[]) AND period = ANY($2::date[]) GROUP BY id`,
    [messages.map(({ id }) => id), [...new Set(messages.map(({ period }) => period))]],
  );
  return new Map(rows.map((row) => [row.id, row.facts]));
}
