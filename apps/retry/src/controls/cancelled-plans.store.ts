import { type CancelRuleChanged, controlKey, type SendDue } from '#libs/contracts';
import { database, type Pool, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { type CancelledPlan, CancelledPlans, type Portion } from './cancelled-plans.port.ts';
import { mayHaveBeenTaken, ruleFor } from './controlled.policy.ts';

/** Plans that are looked at in one transaction. */
const PORTION = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';

interface Row {
  id: string;
  payload: string;
  trace: Record<string, string>;
}

@Injectable()
export class PostgresCancelledPlans extends CancelledPlans {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  portion(rule: CancelRuleChanged, after: string | null): Promise<Portion> {
    return database('cancel by filter', () =>
      transaction(this.pool, async (client) => {
        const by = controlKey(rule);
        const { channel = null, tenant = null } = rule.rule;
        const found = await client.query<Row>(findSql, [after ?? FIRST, by, tenant, channel, PORTION]);
        const concerned = new Map<string, Row & { due: SendDue }>();
        for (const row of found.rows) {
          const due = readPayload(row.payload);
          if (ruleFor([rule], due) && !mayHaveBeenTaken(due)) concerned.set(row.id, { ...row, due });
        }
        const ended = await client.query<{ id: string; ended_at: Date }>(cancelSql, [[...concerned.keys()], by]);
        const cancelled = ended.rows.map(({ id, ended_at }): CancelledPlan => {
          const { due, trace } = concerned.get(id)!;
          return { due, trace, at: ended_at.toISOString() };
        });
        return { cancelled, upTo: found.rows.length < PORTION ? null : found.rows.at(-1)!.id };
      }),
    );
  }

  async count(rule: CancelRuleChanged): Promise<number> {
    const { rows } = await database('cancel by filter', () =>
      this.pool.query<{ messages: number }>(
        'SELECT count(*)::int AS messages FROM retry.schedule WHERE cancelled_by = $1',
        [controlKey(rule)],
      ),
    );
    return rows[0]!.messages;
  }
}

// What goes again after a lost answer is unconfirmed: its channel, or the end of its window, says how it ends.
const findSql = `
SELECT id, payload::text AS payload, trace FROM retry.schedule
 WHERE id > $1::uuid AND mode = 'send' AND kind <> 'unknown'
   AND (state = 'pending' OR (state = 'cancelled' AND cancelled_by = $2))
   AND ($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR channel = $4)
 ORDER BY id LIMIT $5`;

// A rule that was withdrawn meanwhile ends nothing more; what it has ended is reported.
const cancelSql = `
UPDATE retry.schedule SET state = 'cancelled', ended_at = coalesce(ended_at, now()), cancelled_by = $2
 WHERE id = ANY($1::uuid[]) AND (cancelled_by = $2
   OR (state = 'pending' AND EXISTS (SELECT 1 FROM retry.control c WHERE c.key = $2 AND c.in_force)))
RETURNING id, ended_at`;
