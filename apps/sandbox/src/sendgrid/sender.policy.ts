import type { Account } from '../account/account.policy.ts';

type SendGridAccount = Account['sendgrid'];

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
    id: index + 1, nickname: email, from_email: email, from_name: email, reply_to: email, reply_to_name: email,
    address: '1 Sandbox Street', address2: '', state: '', city: 'Sandbox', zip: '', country: 'Sandbox', verified, locked: false,
  })); // prettier-ignore
  return { results };
}
