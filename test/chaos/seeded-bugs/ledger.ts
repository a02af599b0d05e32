import type { Claim, Delivery, Ledger } from '#libs/delivery';
import type { Pool } from '#libs/persistence';

interface Row {
  state: string;
  token: string;
}

const built = new URL('../../../dist/libs/delivery/src/ledger/ledger.store.js', import.meta.url);
const { PostgresLedger } = (await import(built.href)) as { PostgresLedger: { prototype: Ledger } };

type ClaimOnce = (delivery: Delivery<unknown>, token: string) => Promise<Claim>;

/** Puts another way of claiming before the real one, in every ledger of this process. */
export function replaceClaim(
  by: (ledger: Ledger, claim: ClaimOnce, delivery: Delivery<unknown>, token: string) => Promise<Claim>,
): void {
  const real = Reflect.get(PostgresLedger.prototype, 'claim') as (
    this: Ledger,
    ...given: Parameters<ClaimOnce>
  ) => Promise<Claim>;
  PostgresLedger.prototype.claim = function (this: Ledger, delivery: Delivery<unknown>, token: string): Promise<Claim> {
    return by(this, real.bind(this), delivery, token);
  };
}

/** One statement over the ledger's own pool. */
export async function statementOf(of: Ledger, text: string, values: unknown[]): Promise<Row[]> {
  const { pool } = (of as unknown as { options: { pool: Pool } }).options;
  const { rows } = await pool.query<Row>(text, values);
  return rows;
}
