import { randomUUID } from 'node:crypto';
import { bearerHeaders, smokeCall, statusWords } from '#libs/provider-http';
import { type Evidence, evidenceOf, type SmokeTrial } from '#libs/providers';
import { resendUrlFrom } from './resend.config.ts';

const { unset, failed, proved } = evidenceOf('Resend');

/** Resend's test addresses: real sends to Resend's own addresses; they count towards the quota (Test Emails). */
export const tryResend: SmokeTrial = async (read) => {
  const key = read('RESEND_API_KEY');
  const from = read('EMAIL_FROM');
  if (!key || !from) return [unset(`${key ? 'EMAIL_FROM' : 'RESEND_API_KEY'} is not set`)];
  const evidences: Evidence[] = [];
  for (const name of ['delivered', 'bounced']) {
    const { status, body } = await smokeCall(`${resendUrlFrom(read)}/emails`, {
      method: 'POST',
      headers: { ...bearerHeaders(key, true), 'idempotency-key': `smoke-${randomUUID()}` },
      body: JSON.stringify({ from, to: `${name}+smoke@resend.dev`, subject: 'Smoke', text: 'Smoke' }),
    });
    const taken = status === 200 && typeof body['id'] === 'string';
    const why = typeof body['name'] === 'string' ? `${statusWords(status)} (${body['name']})` : statusWords(status);
    evidences.push(
      taken
        ? proved(`a mail to the test address ${name}@resend.dev is accepted`)
        : failed(`${name}@resend.dev: ${why}`),
    );
    if (!taken) break;
  }
  return evidences;
};
