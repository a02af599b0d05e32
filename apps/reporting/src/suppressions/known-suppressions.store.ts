import { type Channel, type KeyedSuppressionChange, suppressionKeyParts } from '#libs/contracts';
import { columnsOf, database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type KnownSuppression, KnownSuppressions, type SuppressionFilter } from './known-suppressions.port.ts';

interface Row {
  channel: string;
  recipient: string;
  scope_key: string;
  at: Date;
  lifted: boolean;
  scope: string | null;
  tenant: string | null;
  reason: string | null;
  mask: string | null;
  provider: string | null;
  source: string | null;
  note: string | null;
  by: string | null;
}

const columns = [
  'channel',
  'recipient',
  'scope_key',
  'at',
  'lifted',
  'scope',
  'tenant',
  'reason',
  'mask',
  'provider',
  'source',
  'note',
  'by',
] as const;

@Injectable()
export class PostgresKnownSuppressions extends KnownSuppressions {
  private readonly changes: MicroBatch<KeyedSuppressionChange, true>;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.changes = microBatch({ size: 500, lingerMs: 5 }, (changes) =>
      database('suppress', async () => {
        await this.pool.query({ name: 'suppress', text: applySql, values: columnsOf(changes.map(rowOf), ...columns) });
        return changes.map((): true => true);
      }),
    );
  }

  async apply(change: KeyedSuppressionChange): Promise<void> {
    suppressionKeyParts(change.key);
    await this.changes.add(change);
  }

  async list(filter: SuppressionFilter): Promise<KnownSuppression[]> {
    const { channel, recipient, scope, reason, tenant, tenants, withEveryTenants, lifted, limit, after } = filter;
    const { rows } = await database('list suppressions', () =>
      this.pool.query<Row>(listSql, [
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

function rowOf({ key, word }: KeyedSuppressionChange): Row {
  const { channel, recipient, scopeKey } = suppressionKeyParts(key);
  const said = 'suppress' in word ? word.suppress : undefined;
  const { at, note = null, by = null } = 'lift' in word ? word.lift : word.suppress;
  return {
    channel,
    recipient,
    scope_key: scopeKey,
    at: new Date(at),
    lifted: said === undefined,
    scope: said?.scope ?? null,
    tenant: said?.tenant ?? null,
    reason: said?.reason ?? null,
    mask: said?.mask ?? null,
    provider: said?.provider ?? null,
    source: said?.source ?? null,
    note,
    by,
  };
}

const knownOf = ({ channel, recipient, scope_key: scopeKey, at, scope, reason, ...row }: Row): KnownSuppression => ({
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

// Rows in order, so that two replicas never deadlock. At the same time a suppression wins over its lifting. Lifting
// keeps the row readable: only its time, note and author change. As the channels' own table does it.
const applySql = `
INSERT INTO reporting.suppression AS s
  (channel, recipient, scope_key, at, lifted, scope, tenant, reason, mask, provider, source, note, by)
SELECT DISTINCT ON (recipient, channel, scope_key) *
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::boolean[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
    AS i(channel, recipient, scope_key, at, lifted, scope, tenant, reason, mask, provider, source, note, by)
 ORDER BY recipient, channel, scope_key, at DESC, lifted
ON CONFLICT (recipient, channel, scope_key) DO UPDATE SET
  at = excluded.at, lifted = excluded.lifted, note = excluded.note, by = excluded.by,
  scope = coalesce(excluded.scope, s.scope), tenant = coalesce(excluded.tenant, s.tenant),
  reason = coalesce(excluded.reason, s.reason), mask = coalesce(excluded.mask, s.mask),
  provider = CASE WHEN excluded.lifted THEN s.provider ELSE excluded.provider END,
  source = CASE WHEN excluded.lifted THEN s.source ELSE excluded.source END
 WHERE excluded.at > s.at OR (excluded.at = s.at AND s.lifted AND NOT excluded.lifted)`;
