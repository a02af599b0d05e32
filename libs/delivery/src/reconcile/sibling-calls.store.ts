import type { Pool } from '#libs/persistence';
import type { SiblingCall } from '../delivery.ts';

interface SiblingRow {
  own: boolean;
  claimed_at_ms: number;
  provider_message_id: string | null;
  alike: boolean;
}

/** By an index on columns that never change; a call that was certainly refused has left nothing at the provider. */
export async function siblingCalls(
  { pool, schema }: { pool: Pool; schema: string },
  id: string,
  hop: number,
  withinMs: number,
  participants?: string,
): Promise<SiblingCall[]> {
  const { rows } = await pool.query<SiblingRow>({
    name: 'calls-beside',
    text: `
      SELECT l.id = d.id AND l.hop = d.hop AS own,
             (extract(epoch FROM l.claimed_at) * 1000)::float8 AS claimed_at_ms,
             coalesce(l.evidence, CASE WHEN l.state IN ('sent', 'acceptance-revoked')
               THEN l.outcome->>'providerMessageId' END) AS provider_message_id,
             l.content_hash IS NULL OR l.content_hash = d.content_hash AS alike
        FROM ${schema}.ledger d
        JOIN ${schema}.ledger l ON l.participants = d.participants
         AND l.claimed_at BETWEEN d.claimed_at - $3::int * interval '1 millisecond'
           AND d.claimed_at + $3::int * interval '1 millisecond'
       WHERE d.id = $1 AND d.hop = $2 AND d.content_hash IS NOT NULL
         AND ($4::text IS NULL OR d.participants::text = $4)
         AND l.state IN ('claimed', 'unknown', 'sent', 'acceptance-revoked')`,
    values: [id, hop, withinMs, participants ?? null],
  });
  return rows.map((row) => ({
    own: row.own,
    claimedAt: row.claimed_at_ms,
    providerMessageId: row.provider_message_id ?? undefined,
    alike: row.alike,
  }));
}
