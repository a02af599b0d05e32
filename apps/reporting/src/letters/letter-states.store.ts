import type { PoolClient } from '#libs/persistence';
import type { KeptFact } from '../projection/fact.ts';

/** Whether a fact may say what became of a dead letter. */
export const concernsLetters = ({ source, operationId }: Pick<KeptFact, 'source' | 'operationId'>): boolean =>
  source === 'receipt' || source === 'lookup' || operationId !== undefined;

/**
 * Derives anew what became of the dead letters of these messages, from all facts: in whatever order facts and letters
 * come, it is the same.
 */
export async function deriveLetterStates(client: PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query(statesSql, [[...new Set(ids)]]);
}

const of = (status: string) => `e.id = d.id AND e.fact ->> 'source' = 'retry' AND e.fact ? 'operationId'
  AND e.fact ->> 'status' = '${status}'`;

// A redrive takes a hop behind the letter’s, so that a later letter is known to have come of it. What a provider gave
// back it no longer proves.
const statesSql = `
UPDATE reporting.dead_letter l
   SET state = CASE WHEN n.redriven IS NOT NULL THEN 'redriven' WHEN n.discarded IS NOT NULL THEN 'discarded'
                    WHEN n.proven THEN 'resolved' ELSE 'open' END,
       settled_by = coalesce(n.redriven, n.discarded), operation_id = n.after
  FROM (
    SELECT d.event_id,
           (SELECT e.fact ->> 'operationId' FROM reporting.event e
             WHERE ${of('retrying')} AND e.hop > d.hop ORDER BY e.hop LIMIT 1) AS redriven,
           (SELECT e.fact ->> 'operationId' FROM reporting.event e
             WHERE ${of('discarded')} AND e.hop = d.hop LIMIT 1) AS discarded,
           (SELECT e.fact ->> 'operationId' FROM reporting.event e
             WHERE ${of('retrying')} AND e.hop < d.hop ORDER BY e.hop DESC LIMIT 1) AS after,
           EXISTS (SELECT 1 FROM reporting.event e
             WHERE e.id = d.id AND e.fact ->> 'source' IN ('receipt', 'lookup') AND e.fact ->> 'status' <> 'retrying'
               AND e.hop > coalesce((SELECT max(r.hop) FROM reporting.event r
                 WHERE r.id = d.id AND r.fact ->> 'source' IN ('receipt', 'lookup')
                   AND r.fact ->> 'status' = 'retrying'), 0)) AS proven
      FROM reporting.dead_letter d WHERE d.id = ANY($1::uuid[])
     ORDER BY d.event_id FOR UPDATE
  ) n
 WHERE l.event_id = n.event_id`;
