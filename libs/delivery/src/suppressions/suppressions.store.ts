import { type KeyedSuppressionChange, suppressionKeyParts } from '#libs/contracts';
import { columnsOf, database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { type ListedSuppression, type SuppressionFilter, Suppressions } from './suppressions.port.ts';

interface Row {
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

/** The suppressions of one channel, in its schema. */
export class PostgresSuppressions extends Suppressions {
  private readonly pool: Pool;
  private readonly table: string;
  private readonly words: MicroBatch<KeyedSuppressionChange, true>;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.table = `${schema}.suppression`;
    this.words = microBatch({ size: 500, lingerMs: 1 }, (words) => database('suppress', () => this.applyAll(words)));
  }

  async apply(word: KeyedSuppressionChange): Promise<void> {
    suppressionKeyParts(word.key);
    await this.words.add(word);
  }

  async list(filter: SuppressionFilter): Promise<ListedSuppression[]> {
    const { recipient, scope, reason, tenant, lifted, limit, after } = filter;
    const { rows } = await database('list suppressions', () =>
      this.pool.query<Row>(
        `SELECT * FROM ${this.table}
          WHERE ($1::uuid IS NULL OR recipient = $1) AND ($2::text IS NULL OR scope = $2) AND ($3::text IS NULL
            OR reason = $3)
            AND ($4::text IS NULL OR tenant = $4) AND ($5 OR NOT lifted)
            AND ($6::timestamptz IS NULL OR at < $6 OR (at = $6 AND (recipient, scope_key) > ($7::uuid, $8::text)))
          ORDER BY at DESC, recipient, scope_key LIMIT $9`,
        [recipient, scope, reason, tenant, lifted, after?.at, after?.recipient, after?.scopeKey, limit + 1],
      ),
    );
    return rows.map(keptOf);
  }

  async knownSince(keys: readonly string[]): Promise<(number | undefined)[]> {
    const scopeKeys = keys.map(suppressionKeyParts);
    const { rows } = await database('list suppressions', () =>
      this.pool.query<{ ord: number; at: Date }>(
        'SELECT i.ord::int, s.at FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS i(recipient, scope_key, ' +
          `ord) JOIN ${this.table} s USING (recipient, scope_key)`,
        columnsOf(scopeKeys, 'recipient', 'scopeKey'),
      ),
    );
    const known = new Map(rows.map(({ ord, at }) => [ord, at.getTime()]));
    return keys.map((_, index) => known.get(index + 1));
  }

  private async applyAll(words: readonly KeyedSuppressionChange[]): Promise<true[]> {
    const rows = words.map(rowOf);
    await this.pool.query({
      name: 'suppress',
      text: applySql(this.table),
      values: columnsOf(
        rows,
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
      ),
    });
    return words.map(() => true);
  }
}

function rowOf({ key, word }: KeyedSuppressionChange): Row {
  const lifted = 'lift' in word;
  const { at, note = null, by = null } = lifted ? word.lift : word.suppress;
  const reported = lifted ? undefined : word.suppress;
  const { recipient, scopeKey } = suppressionKeyParts(key);
  return {
    recipient,
    scope_key: scopeKey,
    at: new Date(at),
    lifted,
    scope: reported?.scope ?? null,
    tenant: reported?.tenant ?? null,
    reason: reported?.reason ?? null,
    mask: reported?.mask ?? null,
    provider: reported?.provider ?? null,
    source: reported?.source ?? null,
    note,
    by,
  };
}

function keptOf({ recipient, scope_key: scopeKey, at, lifted, ...row }: Row): ListedSuppression {
  const reported = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return {
    reason: 'unknown',
    scope: scopeKey,
    ...reported,
    recipient: recipient.replaceAll('-', ''),
    scopeKey,
    at: at.toISOString(),
    lifted,
  };
}

// Rows in order, so that two replicas never deadlock. At the same time a suppression wins over its lifting. Lifting
// keeps the row readable: only its time, note and author change.
const applySql = (table: string) => `
INSERT INTO ${table} AS s (recipient, scope_key, at, lifted, scope, tenant, reason, mask, provider, source, note, by)
SELECT DISTINCT ON (recipient, scope_key) *
  FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
    AS i(recipient, scope_key, at, lifted, scope, tenant, reason, mask, provider, source, note, by)
 ORDER BY recipient, scope_key, at DESC, lifted
ON CONFLICT (recipient, scope_key) DO UPDATE SET
  at = excluded.at, lifted = excluded.lifted, note = excluded.note, by = excluded.by,
  scope = coalesce(excluded.scope, s.scope), tenant = coalesce(excluded.tenant, s.tenant),
    reason = coalesce(excluded.reason, s.reason),
  mask = coalesce(excluded.mask, s.mask),
  provider = CASE WHEN excluded.lifted THEN s.provider ELSE excluded.provider END,
  source = CASE WHEN excluded.lifted THEN s.source ELSE excluded.source END
 WHERE excluded.at > s.at OR (excluded.at = s.at AND s.lifted AND NOT excluded.lifted)`;
