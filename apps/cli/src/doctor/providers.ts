import { type Finding, findingsOf, type ProviderDoctor } from '#libs/providers';
import { mailboxOf } from '../../../email/src/email-message.ts';
import { ResendDoctor } from '../../../email/src/providers/resend/account/resend.doctor.adapter.ts';
import { SendgridDoctor } from '../../../email/src/providers/sendgrid/account/sendgrid.doctor.adapter.ts';
import { TwilioDoctor } from '../../../sms/src/providers/twilio/account/twilio.doctor.adapter.ts';
import { sendgridUrl } from '../environment/sendgrid-url.ts';
import { valueOf, type Env } from '../environment/env.ts';
import { channelEnv } from './channel-env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);
const timeoutMs = 10_000;

/** The doctors of the providers that have a key, and what is to say of the channels themselves. */
export function callDoctors(env: Env): { doctors: ProviderDoctor[]; findings: Finding[] } {
  const email = channelEnv('email', env);
  const sms = channelEnv('sms', env);
  const mail = [sendgrid(email), resend(email)].filter((doctor) => doctor !== undefined);
  const text = [twilio(sms)].filter((doctor) => doctor !== undefined);
  const findings = [
    mail.length > 0
      ? publicUrl('email', email, ['SENDGRID_BASE_URL', 'RESEND_BASE_URL'])
      : say.skipped('email.provider', 'no key is set, so e-mails go to the sandbox'),
    text.length > 0
      ? publicUrl('sms', sms, ['TWILIO_BASE_URL'])
      : say.skipped('sms.provider', 'no key is set, so texts go to the sandbox'),
  ];
  return { doctors: [...mail, ...text], findings };
}

const listed = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
const address = (env: Env) => (env['EMAIL_FROM'] ? mailboxOf(env['EMAIL_FROM']).email : undefined);
const under = (env: Env, path: string) => `${(env['PUBLIC_URL'] ?? '').replace(/\/$/, '')}${path}`;

function sendgrid(env: Env): ProviderDoctor | undefined {
  const apiKey = valueOf(env, 'SENDGRID_API_KEY');
  if (!apiKey) return undefined;
  const doctorKey = valueOf(env, 'DOCTOR_SENDGRID_API_KEY') ?? apiKey;
  const baseUrl = sendgridUrl(env);
  return new SendgridDoctor({
    apiKey,
    doctorKey,
    baseUrl,
    timeoutMs,
    from: address(env),
    webhookUrl: under(env, '/webhooks/sendgrid'),
    webhookKeys: listed(valueOf(env, 'SENDGRID_WEBHOOK_PUBLIC_KEY')),
  });
}

function resend(env: Env): ProviderDoctor | undefined {
  const apiKey = valueOf(env, 'RESEND_API_KEY');
  if (!apiKey) return undefined;
  const doctorKey = valueOf(env, 'DOCTOR_RESEND_API_KEY') ?? apiKey;
  const baseUrl = env['RESEND_BASE_URL'] || 'https://api.resend.com';
  return new ResendDoctor({
    apiKey,
    doctorKey,
    baseUrl,
    timeoutMs,
    from: address(env),
    webhookUrl: under(env, '/webhooks/resend'),
    webhookSecrets: listed(valueOf(env, 'RESEND_WEBHOOK_SECRET')),
  });
}

function twilio(env: Env): ProviderDoctor | undefined {
  const accountSid = env['TWILIO_ACCOUNT_SID'];
  const authToken = valueOf(env, 'TWILIO_AUTH_TOKEN');
  if (!accountSid || !authToken) return undefined;
  const sid = env['TWILIO_API_KEY_SID'];
  const apiKey = sid ? { sid, secret: valueOf(env, 'TWILIO_API_KEY_SECRET') ?? '' } : undefined;
  const baseUrl = env['TWILIO_BASE_URL'] || 'https://api.twilio.com';
  return new TwilioDoctor({
    accountSid,
    authToken,
    apiKey,
    baseUrl,
    timeoutMs,
    senders: sendersOf(env),
    inboundUrl: under(env, '/webhooks/twilio/inbound'),
  });
}

/** Every sender that is configured for SMS, each once. */
export function sendersOf(env: Env): string[] {
  const mapped = [...(env['SMS_SENDERS'] ?? '').matchAll(/"sender"\s*:\s*"([^"]+)"/g)].map(([, sender]) => sender!);
  return [...new Set([...mapped, env['SMS_FROM'] ?? '', env['TWILIO_MESSAGING_SERVICE_SID'] ?? ''])].filter(Boolean);
}

const isLoopback = (url: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(URL.parse(url)?.hostname ?? '');

/** A provider on this machine may call this machine; a real one may not. */
function publicUrl(channel: 'email' | 'sms', env: Env, bases: readonly string[]): Finding {
  const id = `${channel}.public-url` as const;
  const url = URL.parse(env['PUBLIC_URL'] ?? '');
  const local = bases.some((name) => isLoopback(env[name] ?? ''));
  if (!url) return say.fail(id, 'no public address is set');
  if (local) return say.ok(id, `${url.host}, for a provider on this machine`);
  if (isLoopback(url.href)) return say.fail(id, `${url.host} is this machine only`);
  return url.protocol === 'https:' ? say.ok(id, url.host) : say.fail(id, `${url.host} is called over plain http`);
}
