import { type KeyedSuppressionChange, suppressionKeyParts } from '#libs/contracts';
import { columnsOf, database, type Pool, type SuppressionRow, SuppressionRows } from '#libs/persistence';
import { type ListedSuppression, type SuppressionFilter, Suppressions } from './suppressions.port.ts';

type Row = Omit<SuppressionRow, 'channel'>;

/** The suppressions of one channel, in its schema. */
export class PostgresSuppressions extends Suppressions {
  private readonly pool: Pool;
  private readonly table: string;
  private readonly rows: SuppressionRows;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.table = `${schema}.suppression`;
    this.rows = new SuppressionRows({ pool, table: this.table, ofSeveralChannels: false, lingerMs: 1 });
  }

  apply(word: KeyedSuppressionChange): Promise<void> {
    return this.rows.apply(word);
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
