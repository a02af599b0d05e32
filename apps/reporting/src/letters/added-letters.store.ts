import type { PoolClient } from '#libs/persistence';
import type { DeadLetterFact } from '../projection/fact.ts';
import { deriveLetterStates } from './letter-states.store.ts';

/** Keeps dead letters, each once. @returns those that are new */
export async function addLetters(client: PoolClient, letters: readonly DeadLetterFact[]): Promise<DeadLetterFact[]> {
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
