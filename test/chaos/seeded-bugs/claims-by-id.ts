/**
 * The e-mail service with a seeded bug: a claim counts as won wherever the row is in state `claimed`, whoever's token
 * it bears.
 */
import { replaceClaim, statementOf } from './ledger.ts';
import { startEmail } from './start-email.ts';

replaceClaim(async (ledger, { delivery }, answer) => {
  if (answer.verdict !== 'repeat' && answer.verdict !== 'running') return answer;
  const [row] = await statementOf(ledger, 'SELECT state, token FROM email.ledger WHERE id = $1 AND hop = $2', [
    delivery.id,
    delivery.hop,
  ]);
  return row?.state === 'claimed' ? { verdict: 'mine', token: row.token } : answer;
});

await startEmail();
