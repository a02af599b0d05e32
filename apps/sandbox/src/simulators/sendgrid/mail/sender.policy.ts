import type { AccountSetup } from '../setup.policy.ts';
import type { Answer } from '../../../core/response.ts';
import type { Mail } from './mail.policy.ts';

type SendGridAccount = AccountSetup;

const UNVERIFIED =
  'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. ' +
  'Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity ' +
  'requirements';

/** The refusal of a mail whose sender is neither verified nor of an authenticated domain; null: it may be sent. */
export function unverifiedSender({ from, personalizations }: Mail, account: SendGridAccount): Answer | null {
  const senders = [from, ...personalizations.flatMap((one) => one.from ?? [])].map(({ email }) => email.toLowerCase());
  if (senders.every((email) => isVerified(email, account))) return null;
  return { status: 403, body: { errors: [{ message: UNVERIFIED, field: 'from', help: null }] } };
}

function isVerified(email: string, { domains, senders }: SendGridAccount): boolean {
  const of = email.slice(email.lastIndexOf('@') + 1);
  return (
    domains.some(({ domain, valid }) => valid && domain.toLowerCase() === of) ||
    senders.some((sender) => sender.verified && sender.email.toLowerCase() === email)
  );
}

const record = (host: string, data: string, valid: boolean) => ({ valid, type: 'cname', host, data });

/** GET /v3/whitelabel/domains (tsg_domain_authentication_v3.json). */
export function domainsOf({ domains }: SendGridAccount, wanted: string | undefined): Record<string, unknown>[] {
  return domains
    .filter(({ domain }) => wanted === undefined || domain === wanted)
    .map(({ domain, valid }, index) => ({
      id: index + 1,
      user_id: 1,
      subdomain: 'em1',
      domain,
      username: 'sandbox',
      ips: [],
      custom_spf: false,
      default: index === 0,
      legacy: false,
      automatic_security: true,
      valid,
      dns: {
        mail_cname: record(`em1.${domain}`, 'u1.wl.sandbox.test', valid),
        dkim1: record(`s1._domainkey.${domain}`, 's1.domainkey.u1.wl.sandbox.test', valid),
        dkim2: record(`s2._domainkey.${domain}`, 's2.domainkey.u1.wl.sandbox.test', valid),
      },
    }));
}

/** GET /v3/verified_senders (tsg_verified_senders_v3.json). */
export function sendersOf({ senders }: SendGridAccount): Record<string, unknown> {
  const results = senders.map(({ email, verified }, index) => ({
    id: index + 1,
    nickname: email,
    from_email: email,
    from_name: email,
    reply_to: email,
    reply_to_name: email,
    address: '1 Sandbox Street',
    address2: '',
    state: '',
    city: 'Sandbox',
    zip: '',
    country: 'Sandbox',
    verified,
    locked: false,
  }));
  return { results };
}
