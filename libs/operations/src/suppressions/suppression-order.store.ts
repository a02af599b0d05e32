import { type Channel, suppressionKey, suppressionKeyParts, type SuppressionSlot } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';

/** Whether a job may change its suppression now. */
export type Turn =
  | { turn: 'now'; at: string; holds: boolean }
  /** An earlier one about the same suppression has not ended. */
  | { turn: 'wait' }
  /** A later one about the same suppression has been carried out: this one would take it back. */
  | { turn: 'superseded' };

/**
 * Brings the operators’ changes of one suppression into the order in which they were asked for: Kafka keeps none
 * between operations, and several replicas work on them. Everything is read under a lock of the suppression.
 */
export class SuppressionOrder {
  /** @param channel also the name of its schema */
  constructor(private readonly channel: Channel) {}

  /**
   * @param client in the transaction that holds the job
   * @returns with `now`: the time of the change, later than any known one, so that it wins also where the clock of a
   * provider is ahead of ours; and whether the suppression holds
   */
  async turnOf(client: PoolClient, operationId: string, slot: SuppressionSlot): Promise<Turn> {
    const key = suppressionKey(slot);
    const { recipient, scopeKey } = suppressionKeyParts(key);
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`suppression ${key}`]);
    const { rows: others } = await client.query<{ later: boolean | null; earlier: boolean | null }>(
      othersSql(this.channel),
      [operationId, recipient, slot.scope, slot.tenant ?? null],
    );
    if (others[0]?.later) return { turn: 'superseded' };
    if (others[0]?.earlier) return { turn: 'wait' };
    const { rows } = await client.query<{ at: Date; holds: boolean }>(
      `SELECT greatest(date_trunc('milliseconds', clock_timestamp()), s.at + interval '1 millisecond') AS at,
              coalesce(NOT s.lifted, false) AS holds
         FROM (SELECT 1) one LEFT JOIN ${this.channel}.suppression s ON s.recipient = $1 AND s.scope_key = $2`,
      [recipient, scopeKey],
    );
    const { at, holds } = rows[0]!;
    return { turn: 'now', at: at.toISOString(), holds };
  }
}

// A job has decided once its cursor says with which time. One that was stopped before that has changed nothing.
const othersSql = (schema: Channel) => `
SELECT bool_or(o.moment > own.moment AND (o.decided OR o.state IN ('done', 'failed'))) AS later,
       bool_or(o.moment < own.moment AND o.ended_at IS NULL) AS earlier
  FROM (SELECT ((request->>'at')::timestamptz, operation_id) AS moment
          FROM ${schema}.operation_job WHERE operation_id = $1) own
  JOIN (SELECT ((request->>'at')::timestamptz, operation_id) AS moment, state, ended_at, cursor IS NOT NULL AS decided
          FROM ${schema}.operation_job
         WHERE request->>'kind' IN ('suppress', 'unsuppress') AND request->'work'->>'recipient' = $2
           AND request->'work'->>'scope' = $3 AND request->'work'->>'tenant' IS NOT DISTINCT FROM $4
           AND operation_id <> $1) o ON true`;
