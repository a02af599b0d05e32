import { database, type Pool } from '#libs/persistence';
import type { AcceptanceRevoked } from './resend-plan.policy.ts';

/**
 * The provider gives back a hop that it had taken: from now on it stands in the way of no later one, whatever receipts
 * of it come late. Again gives the same.
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
