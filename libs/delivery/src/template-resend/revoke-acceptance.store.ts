import { database, type Pool } from '#libs/persistence';
import type { AcceptanceRevoked } from './resend-plan.policy.ts';

/**
 * The provider revokes the acceptance of a hop: from now on it blocks no later hop, whatever late receipts of it
 * arrive. Idempotent.
 */
export async function revokeAcceptance(
  { pool, schema }: { pool: Pool; schema: string },
  id: string,
  hop: number,
): Promise<AcceptanceRevoked> {
  const text = `
    WITH taken AS (UPDATE ${schema}.ledger SET state = 'acceptance-revoked', accepted = false WHERE id = $1
      AND hop = $2 AND state = 'sent' RETURNING 'acceptance-revoked' AS state)
    SELECT state FROM taken UNION ALL SELECT state FROM ${schema}.ledger WHERE id = $1 AND hop = $2 LIMIT 1`;
  const { rows } = await database('take back', () => pool.query<{ state: string }>(text, [id, hop]));
  switch (rows[0]?.state) {
    case 'acceptance-revoked':
      return 'taken back';
    case 'claimed':
      return 'running';
    default:
      return 'otherwise';
  }
}
