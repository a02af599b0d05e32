import { randomUUID } from 'node:crypto';
import { mailboxOf } from '../../../email/src/email-message.ts';
import { sendgridUrl } from '../environment/sendgrid-url.ts';
import { valueOf, type Env } from '../environment/env.ts';
import { call, statusWords, type Evidence } from './trial.ts';

const unset = (provider: Evidence['provider'], what: string): Evidence => ({ provider, state: 'unset', what });
const failed = (provider: Evidence['provider'], what: string): Evidence => ({ provider, state: 'failed', what });
const proved = (provider: Evidence['provider'], what: string): Evidence => ({ provider, state: 'proved', what });
const json = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'messaging-integrations' };

/**
 * SendGrid's sandbox mode: checks key, sender and body, sends nothing, costs nothing (SendGrid’s docs, Sandbox Mode).
 */
export async function trySendgrid(env: Env): Promise<Evidence[]> {
  const key = valueOf(env, 'SENDGRID_API_KEY');
  const from = env['EMAIL_FROM'];
  if (!key || !from) return [unset('SendGrid', `${key ? 'EMAIL_FROM' : 'SENDGRID_API_KEY'} is not set`)];
  const mail = {
    personalizations: [{ to: [{ email: 'smoke@example.com' }] }],
    from: mailboxOf(from),
    subject: 'Smoke',
    content: [{ type: 'text/plain', value: 'Smoke' }],
    mail_settings: { sandbox_mode: { enable: true } },
  };
  const url = `${sendgridUrl(env)}/v3/mail/send`;
  const { status } = await call(url, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${key}` },
    body: JSON.stringify(mail),
  });
  if (status === 200) return [proved('SendGrid', 'key, sender and mail are accepted (sandbox mode: nothing was sent)')];
  const why =
    { 401: 'the key is refused', 403: 'the sender is not verified, or the key lacks mail.send' }[status] ??
    statusWords(status);
  return [failed('SendGrid', why)];
}

/**
 * Resend's test addresses: real sends to addresses of Resend's own; they count to the quota (Resend’s docs, Test
 * Emails).
 */
export async function tryResend(env: Env): Promise<Evidence[]> {
  const key = valueOf(env, 'RESEND_API_KEY');
  const from = env['EMAIL_FROM'];
  if (!key || !from) return [unset('Resend', `${key ? 'EMAIL_FROM' : 'RESEND_API_KEY'} is not set`)];
  const url = `${env['RESEND_BASE_URL'] || 'https://api.resend.com'}/emails`;
  const evidences: Evidence[] = [];
  for (const name of ['delivered', 'bounced']) {
    const headers = { ...json, authorization: `Bearer ${key}`, 'idempotency-key': `smoke-${randomUUID()}` };
    const mail = { from, to: `${name}+smoke@resend.dev`, subject: 'Smoke', text: 'Smoke' };
    const { status, body } = await call(url, { method: 'POST', headers, body: JSON.stringify(mail) });
    const taken = status === 200 && typeof body['id'] === 'string';
    const why = typeof body['name'] === 'string' ? `${statusWords(status)} (${body['name']})` : statusWords(status);
    evidences.push(
      taken
        ? proved('Resend', `a mail to the test address ${name}@resend.dev is accepted`)
        : failed('Resend', `${name}@resend.dev: ${why}`),
    );
    if (!taken) break;
  }
  return evidences;
}

/** From and To of Twilio's test credentials, and what must come (Twilio’s docs, Test Credentials). */
const magic = [
  { to: '+14155238886', code: undefined, what: 'a text that is in order is accepted' },
  { to: '+15005550001', code: 21211, what: 'an invalid number is refused with 21211' },
  { to: '+15005550004', code: 21610, what: 'a number that said STOP is refused with 21610' },
] as const;

/** Twilio's test credentials: the calls are checked as real ones, nothing is sent. */
export async function tryTwilio(env: Env): Promise<Evidence[]> {
  const sid = env['TWILIO_TEST_ACCOUNT_SID'];
  const token = valueOf(env, 'TWILIO_TEST_AUTH_TOKEN');
  if (!sid || !token)
    return [unset('Twilio', `${sid ? 'TWILIO_TEST_AUTH_TOKEN' : 'TWILIO_TEST_ACCOUNT_SID'} is not set`)];
  const url = `${env['TWILIO_BASE_URL'] || 'https://api.twilio.com'}/2010-04-01/Accounts/${sid}/Messages.json`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const evidences: Evidence[] = [];
  for (const { to, code, what } of magic) {
    const { status, body } = await call(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ From: '+15005550006', To: to, Body: 'Smoke' }).toString(),
    });
    const asWanted = code === undefined ? status === 201 : body['code'] === code;
    const reported =
      typeof body['code'] === 'number' ? `${statusWords(status)} (${body['code']})` : statusWords(status);
    evidences.push(asWanted ? proved('Twilio', what) : failed('Twilio', `not proved: ${what}; ${reported}`));
    if (status === 0 || status === 401) break;
  }
  return evidences;
}
