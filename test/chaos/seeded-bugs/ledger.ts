import type { Refused } from '#libs/batching';
import type { Claim, ClaimRequest, Ledger } from '#libs/delivery';
import type { Pool } from '#libs/persistence';

interface Row {
  state: string;
  token: string;
}

const built = new URL('../../../dist/libs/delivery/src/ledger/ledger.store.js', import.meta.url);
const { PostgresLedger } = (await import(built.href)) as { PostgresLedger: { prototype: Ledger } };

type Claims = (Claim | Refused)[];

/** Changes each answer to a claim, in every ledger of this process. */
export function replaceClaim(by: (ledger: Ledger, request: ClaimRequest, answer: Claim) => Promise<Claim>): void {
  const real = Reflect.get(PostgresLedger.prototype, 'claim') as (
    this: Ledger,
    requests: readonly ClaimRequest[],
  ) => Promise<Claims>;
  PostgresLedger.prototype.claim = async function (this: Ledger, requests: readonly ClaimRequest[]): Promise<Claims> {
    const answers = await real.call(this, requests);
    return Promise.all(
      answers.map(async (answer, index) => ('verdict' in answer ? by(this, requests[index]!, answer) : answer)),
    );
  };
}

/** One statement over the ledger's own pool. */
export async function statementOf(of: Ledger, text: string, values: unknown[]): Promise<Row[]> {
  const { pool } = (of as unknown as { options: { pool: Pool } }).options;
  const { rows } = await pool.query<Row>(text, values);
  return rows;
}
