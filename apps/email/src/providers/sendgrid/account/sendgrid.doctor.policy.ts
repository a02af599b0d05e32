import {
  bodyOf,
  type Finding,
  findingsOf,
  keyLook,
  type Reported,
  type VerifiedSenders,
  webhookFindingsOf,
} from '#libs/providers';
import { z } from 'zod';
import { powerfulScopes, scopeUses, sendgridChecks, webhookEvents } from './sendgrid.checks.ts';

const account = { name: 'sendgrid', label: 'SendGrid', checks: sendgridChecks };
const say = findingsOf(sendgridChecks);

/** What GET /v3/scopes shows about a key: the cheap checks, with one request. */
export const { keyFindings, readinessOf } = keyLook(account, (status, body) => {
  if (status !== 200) return [refused(status, body)];
  const { scopes } = Scopes.parse(body);
  return [say.ok('sendgrid.key', 'the key is accepted'), scopeFinding(scopes), powerFinding(scopes)];
});

const Scopes = z.object({ scopes: z.array(z.string()) }).catch({ scopes: [] });

function refused(status: number, body: unknown): Finding {
  if (status === 401 && JSON.stringify(body ?? '').includes('Maximum credits exceeded')) {
    return say.fail(
      'sendgrid.key',
      'the account has no credits left (401)',
      'Raise the plan at SendGrid, or wait until its credits are renewed.',
    );
  }
  return say.fail('sendgrid.key', `the key is refused (${status}): it is wrong, revoked, or of another region`);
}

function scopeFinding(scopes: readonly string[]): Finding {
  const missing = scopeUses.filter(({ any }) => !any.some((scope) => scopes.includes(scope)));
  if (missing.length === 0) return say.ok('sendgrid.scopes', 'all scopes that are used are there');
  const seen = `missing: ${missing.map(({ any: [scope], without }) => `${scope} (${without})`).join('; ')}`;
  return missing.some(({ needed }) => needed) ? say.fail('sendgrid.scopes', seen) : say.warn('sendgrid.scopes', seen);
}

function powerFinding(scopes: readonly string[]): Finding {
  const powerful = scopes.filter((scope) => powerfulScopes.test(scope));
  if (powerful.length === 0) return say.ok('sendgrid.power', 'none');
  const shown = powerful.slice(0, 5).join(', ');
  return say.warn('sendgrid.power', `${powerful.length} such: ${shown}${powerful.length > 5 ? ', …' : ''}`);
}

const Domains = z.array(z.object({ domain: z.string(), subdomain: z.string().nullish(), valid: z.boolean() }));
const Senders = z.object({ results: z.array(z.object({ from_email: z.string(), verified: z.boolean() })) });

/** How many domains or senders are asked for: where there are as many, there may be more. */
export const MOST_LISTED = 500;

/** The senders that the account has verified; undefined: the key may not read both lists. */
export function verifiedSendersOf(domains: Reported, senders: Reported): VerifiedSenders | undefined {
  const known = bodyOf(domains, Domains);
  const single = bodyOf(senders, Senders)?.results;
  if (!known || !single) return undefined;
  const names = known
    .filter(({ valid }) => valid)
    .flatMap(({ domain, subdomain }) => [domain, `${subdomain ?? ''}.${domain}`]);
  return {
    domains: names.map((name) => name.toLowerCase()),
    addresses: single.filter(({ verified }) => verified).map(({ from_email: address }) => address.toLowerCase()),
    // What SendGrid says of names below an authenticated domain is not documented: it decides itself.
    withSubdomains: true,
    isPart: known.length >= MOST_LISTED || single.length >= MOST_LISTED,
  };
}

/** @param from the address of EMAIL_FROM */
export function senderFinding(from: string | undefined, domains: Reported, senders: Reported): Finding {
  if (!from)
    return say.fail(
      'sendgrid.sender',
      'EMAIL_FROM is not set',
      'Set EMAIL_FROM to an address whose domain is authenticated at SendGrid.',
    );
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  const known = bodyOf(domains, Domains);
  const own = known?.find((entry) =>
    [entry.domain, `${entry.subdomain ?? ''}.${entry.domain}`].some((name) => name.toLowerCase() === domain),
  );
  if (own?.valid) return say.ok('sendgrid.sender', `${domain} is authenticated`);
  const single = bodyOf(senders, Senders)?.results;
  const sender = single?.find((entry) => entry.from_email.toLowerCase() === from.toLowerCase());
  if (sender?.verified)
    return say.warn('sendgrid.sender', `the sender is verified, its domain ${domain} is not authenticated`);
  if (!known && !single)
    return say.skipped(
      'sendgrid.sender',
      'the key may not read domains and senders (whitelabel.read): set DOCTOR_SENDGRID_API_KEY to one that may; ' +
        'until the sending key may, routing counts every sender as verified here',
    );
  if (own)
    return say.fail(
      'sendgrid.sender',
      `${domain} is known, but its DNS records are not as they should be`,
      'Set the DNS records that SendGrid shows for the domain, then press Verify.',
    );
  return say.fail(
    'sendgrid.sender',
    sender
      ? 'the sender has not confirmed the mail SendGrid sent it'
      : `${domain} is neither authenticated, nor the sender verified`,
  );
}

export const Webhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  public_key: z.string().nullish(),
  friendly_name: z.string().nullish(),
});
export type Webhook = z.infer<typeof Webhook>;
// For an account without webhooks the list contains one empty object.
const Webhooks = z
  .object({ webhooks: z.array(z.unknown()) })
  .transform(({ webhooks }) => webhooks.flatMap((one) => Webhook.safeParse(one).data ?? []));

/** The event webhooks of the account; undefined where the key may not read them. */
export const webhooksOf = (reported: Reported): Webhook[] | undefined => bodyOf(reported, Webhooks);

/** Ours is the one with our exact URL: another host with our path may be another installation. */
export const ourWebhook = (webhooks: readonly Webhook[], url: string): Webhook | undefined =>
  webhooks.find((one) => one.url === url && one.enabled) ?? webhooks.find((one) => one.url === url);

export const missingEvents = (webhook: Webhook): string[] => webhookEvents.filter((event) => webhook[event] !== true);

/** @param keys the configured public keys, base64 */
export function webhookFindings(reported: Reported, url: string, keys: readonly string[]): Finding[] {
  const webhooks = webhooksOf(reported);
  if (!webhooks)
    return [
      say.skipped(
        'sendgrid.webhook',
        'the key may not read the webhooks (user.webhooks.event.settings.read): set DOCTOR_SENDGRID_API_KEY to ' +
          'one that may',
      ),
    ];
  const ours = ourWebhook(webhooks, url);
  const seen = ours && {
    off: ours.enabled ? undefined : 'switched off',
    missing: missingEvents(ours),
    signing: signingFinding(ours.public_key ?? '', keys),
  };
  return webhookFindingsOf(account, url, webhooks.length, seen);
}

function signingFinding(publicKey: string, keys: readonly string[]): Finding {
  if (publicKey === '') return say.fail('sendgrid.webhook-signing', 'events are not signed');
  if (keys.includes(publicKey)) return say.ok('sendgrid.webhook-signing', 'signed, and we hold the key');
  return say.fail(
    'sendgrid.webhook-signing',
    keys.length === 0
      ? 'signed, but SENDGRID_WEBHOOK_PUBLIC_KEY is not set'
      : 'signed, but by a key other than SENDGRID_WEBHOOK_PUBLIC_KEY',
  );
}
