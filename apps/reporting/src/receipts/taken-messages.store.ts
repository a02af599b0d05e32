import type { Channel, Lane, RecipientRef } from '#libs/contracts';
import { database, type Pool, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { KeptFact } from '../projection/fact.ts';
import type { TakenMessage } from './missing-receipt.policy.ts';
import { TakenMessages } from './taken-messages.port.ts';

interface Row {
  id: string;
  tenant: string;
  channel: Channel;
  message_id: string;
  lane: Lane | null;
  trace_id: string | null;
  recipients: RecipientRef[];
  correlation_id: string | null;
  tags: string[];
  facts: KeptFact[];
}

@Injectable()
export class PostgresTakenMessages extends TakenMessages {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  eachUnasked(forMs: number, most: number, ask: (messages: readonly TakenMessage[]) => Promise<void>): Promise<number> {
    return database('missing receipts', () =>
      transaction(this.pool, async (client) => {
        const { rows } = await client.query<Row>(unaskedSql, [forMs, most]);
        if (rows.length === 0) return 0;
        await ask(rows.map(takenOf));
        await client.query(askedSql, [rows.map(({ id }) => id)]);
        return rows.length;
      }),
    );
  }
}

const takenOf = (row: Row): TakenMessage => ({
  of: { tenant: row.tenant, channel: row.channel, messageId: row.message_id },
  id: row.id,
  lane: row.lane,
  traceId: row.trace_id,
  recipients: row.recipients,
  correlationId: row.correlation_id,
  tags: row.tags,
  facts: row.facts,
});

// By the index of these messages alone (message_without_receipt). One whose facts are just being read may have its
// receipt among those that follow: it is left for a minute.
const unaskedSql = `
WITH unasked AS (
  SELECT id FROM reporting.message
   WHERE status IN ('sent', 'delayed') AND NOT final AND NOT receipt_asked
     AND status_at < now() - $1::float8 * interval '1 millisecond'
     AND updated_at < now() - least($1::float8, 60000) * interval '1 millisecond'
   ORDER BY status_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
)
SELECT m.id, m.tenant, m.channel, m.message_id, m.lane, m.trace_id, m.recipients, m.correlation_id, m.tags,
       coalesce((SELECT jsonb_agg(e.fact) FROM reporting.event e
                  WHERE e.id = m.id AND e.period = m.period), '[]') AS facts
  FROM unasked u JOIN reporting.message m USING (id)`;

const askedSql = 'UPDATE reporting.message SET receipt_asked = true WHERE id = ANY($1::uuid[])';
