import type { Channel, KeyedSuppressionChange } from '#libs/contracts';
import { database, type Pool, type SuppressionRow, SuppressionRows } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type KnownSuppression, KnownSuppressions, type SuppressionFilter } from './known-suppressions.port.ts';

@Injectable()
export class PostgresKnownSuppressions extends KnownSuppressions {
  private readonly rows: SuppressionRows;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.rows = new SuppressionRows({ pool, table: 'reporting.suppression', ofSeveralChannels: true, lingerMs: 5 });
  }

  apply(change: KeyedSuppressionChange): Promise<void> {
    return this.rows.apply(change);
  }

  async list(filter: SuppressionFilter): Promise<KnownSuppression[]> {
    const { channel, recipient, scope, reason, tenant, tenants, withEveryTenants, lifted, limit, after } = filter;
    const { rows } = await database('list suppressions', () =>
      this.pool.query<SuppressionRow>(listSql, [
        channel,
        recipient,
        scope,
        reason,
        tenant,
        tenants,
        withEveryTenants,
        lifted,
        after?.at,
        after?.channel,
        after?.recipient,
        after?.scopeKey,
        limit,
      ]),
    );
    return rows.map(knownOf);
  }
}

const knownOf = ({
  channel,
  recipient,
  scope_key: scopeKey,
  at,
  scope,
  reason,
  ...row
}: SuppressionRow): KnownSuppression => ({
  ...row,
  channel: channel as Channel,
  recipient: recipient.replaceAll('-', ''),
  scopeKey,
  scope: scope ?? scopeKey,
  reason: reason ?? 'unknown',
  at: at.toISOString(),
});

// What was only ever heard of as lifted has no scope, and no tenant that is known: it is for callers of all tenants.
const listSql = `
SELECT channel, recipient, scope_key, at, lifted, scope, tenant, reason, mask, provider, source, note, by
  FROM reporting.suppression
 WHERE ($1::text IS NULL OR channel = $1) AND ($2::uuid IS NULL OR recipient = $2)
   AND ($3::text IS NULL OR scope = $3) AND ($4::text IS NULL OR reason = $4) AND ($5::text IS NULL OR tenant = $5)
   AND ($6::text[] IS NULL OR tenant = ANY($6) OR ($7 AND tenant IS NULL AND scope IS NOT NULL))
   AND ($8 OR NOT lifted)
   AND ($9::timestamptz IS NULL OR at < $9
     OR (at = $9 AND (channel, recipient, scope_key) > ($10::text, $11::uuid, $12::text)))
 ORDER BY at DESC, channel, recipient, scope_key LIMIT $13`;
