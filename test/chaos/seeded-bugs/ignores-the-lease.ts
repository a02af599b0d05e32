/**
 * The e-mail service with a seeded bug: a claim that somebody else holds is taken over at once, whatever is left of
 * its lease.
 */
import { replaceClaim, statementOf } from './ledger.ts';
import { startEmail } from './start-email.ts';

replaceClaim(async (ledger, { delivery, token }, answer) => {
  if (answer.verdict !== 'running') return answer;
  await statementOf(ledger, 'UPDATE email.ledger SET token = $3 WHERE id = $1 AND hop = $2', [
    delivery.id,
    delivery.hop,
    token,
  ]);
  return { verdict: 'mine', token };
});

await startEmail();
