import { clockSeen, type Finding, findingsOf, type ProviderCheck, type Reported, problemOf } from '#libs/providers';
import { z } from 'zod';
import { powerfulScopes, scopeUses, sendgridChecks, webhookEvents } from './sendgrid.checks.ts';

const say = findingsOf(sendgridChecks);

/** What GET /v3/scopes says of a key: the cheap checks, one question. */
export function keyFindings(reported: Reported): Finding[] {
  const trouble = problemOf(reported);
  if (trouble !== undefined || !reported.reached)
    return [
      say.fail(
        'sendgrid.key',
        trouble ?? '',
        'Look at SENDGRID_BASE_URL, the network, and its status page; messages wait meanwhile.',
      ),
      clock(reported),
    ];
  if (reported.status !== 200) return [refused(reported.status, reported.body), clock(reported)];
  const { scopes } = Scopes.parse(reported.body);
  return [say.ok('sendgrid.key', 'the key is accepted'), scopeFinding(scopes), powerFinding(scopes), clock(reported)];
}

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

function clock(reported: Reported): Finding {
  const { state, seen } = clockSeen(reported);
  return say[state]('sendgrid.clock', seen);
}

/** The same, as readiness and the start of the service want it. */
export function readinessOf(reported: Reported): ProviderCheck {
  const findings = keyFindings(reported);
  const failed = findings.find(({ state }) => state === 'fail');
  if (!failed) return { state: 'ok', warnings: findings.filter(({ state }) => state === 'warn') };
  const words = { meaning: `SendGrid: ${failed.seen}.`, remedy: failed.remedy ?? '' };
  return problemOf(reported) === undefined ? { state: 'refused', ...words } : { state: 'unreachable', ...words };
}

const Domains = z.array(z.object({ domain: z.string(), subdomain: z.string().nullish(), valid: z.boolean() }));
const Senders = z.object({ results: z.array(z.object({ from_email: z.string(), verified: z.boolean() })) });

/** @param from the address of EMAIL_FROM */
export function senderFinding(from: string | undefined, domains: Reported, senders: Reported): Finding {
  if (!from)
    return say.fail(
      'sendgrid.sender',
      'EMAIL_FROM is not set',
      'Set EMAIL_FROM to an address whose domain is authenticated at SendGrid.',
    );
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  const known = domains.reached && domains.status === 200 ? Domains.safeParse(domains.body).data : undefined;
  const own = known?.find((entry) =>
    [entry.domain, `${entry.subdomain ?? ''}.${entry.domain}`].some((name) => name.toLowerCase() === domain),
  );
  if (own?.valid) return say.ok('sendgrid.sender', `${domain} is authenticated`);
  const single = senders.reached && senders.status === 200 ? Senders.safeParse(senders.body).data?.results : undefined;
  const sender = single?.find((entry) => entry.from_email.toLowerCase() === from.toLowerCase());
  if (sender?.verified)
    return say.warn('sendgrid.sender', `the sender is verified, its domain ${domain} is not authenticated`);
  if (!known && !single)
    return say.skipped(
      'sendgrid.sender',
      'the key may not read domains and senders (whitelabel.read): set DOCTOR_SENDGRID_API_KEY to one that may',
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
// An account without one is shown with an empty object in the list.
const Webhooks = z
  .object({ webhooks: z.array(z.unknown()) })
  .transform(({ webhooks }) => webhooks.flatMap((one) => Webhook.safeParse(one).data ?? []));

/** The event webhooks of the account; undefined where the key may not read them. */
export const webhooksOf = (reported: Reported): Webhook[] | undefined =>
  reported.reached && reported.status === 200 ? Webhooks.safeParse(reported.body).data : undefined;

/** Ours is the one with our address: another, with our path too, may be another installation's. */
export const ourWebhook = (webhooks: readonly Webhook[], url: string): Webhook | undefined =>
  webhooks.find((one) => one.url === url && one.enabled) ?? webhooks.find((one) => one.url === url);

export const missingEvents = (webhook: Webhook): string[] => webhookEvents.filter((event) => webhook[event] !== true);

/** @param keys the public keys we hold, base64 */
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
  if (!ours)
    return [
      say.fail(
        'sendgrid.webhook',
        webhooks.length === 0 ? `there is none; ours would be ${url}` : `none of ${webhooks.length} points to ${url}`,
      ),
    ];
  if (!ours.enabled) return [say.fail('sendgrid.webhook', `the one for ${url} is switched off`)];
  const missing = missingEvents(ours);
  return [
    say.ok('sendgrid.webhook', `${url} is called`),
    missing.length === 0
      ? say.ok('sendgrid.webhook-events', 'all')
      : say.fail('sendgrid.webhook-events', `does not report: ${missing.join(', ')}`),
    signingFinding(ours.public_key ?? '', keys),
  ];
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
