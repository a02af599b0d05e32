import { bearerHeaders, smokeCall, statusWords } from '#libs/provider-http';
import { evidenceOf, type SmokeTrial } from '#libs/providers';
import { mailboxOf } from '../../../email-message.ts';
import { sendgridUrlFrom } from './sendgrid.config.ts';

const { unset, failed, proved } = evidenceOf('SendGrid');

/** SendGrid's sandbox mode: checks key, sender and body, sends nothing and costs nothing (Sandbox Mode). */
export const trySendgrid: SmokeTrial = async (read) => {
  const key = read('SENDGRID_API_KEY');
  const from = read('EMAIL_FROM');
  if (!key || !from) return [unset(`${key ? 'EMAIL_FROM' : 'SENDGRID_API_KEY'} is not set`)];
  const mail = {
    personalizations: [{ to: [{ email: 'smoke@example.com' }] }],
    from: mailboxOf(from),
    subject: 'Smoke',
    content: [{ type: 'text/plain', value: 'Smoke' }],
    mail_settings: { sandbox_mode: { enable: true } },
  };
  const { status } = await smokeCall(`${sendgridUrlFrom(read)}/v3/mail/send`, {
    method: 'POST',
    headers: bearerHeaders(key, true),
    body: JSON.stringify(mail),
  });
  if (status === 200) return [proved('key, sender and mail are accepted (sandbox mode: nothing was sent)')];
  const why =
    { 401: 'the key is refused', 403: 'the sender is not verified, or the key lacks mail.send' }[status] ??
    statusWords(status);
  return [failed(why)];
};
