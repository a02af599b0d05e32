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
import { resendChecks, webhookEvents } from './resend.checks.ts';

const account = { name: 'resend', label: 'Resend', checks: resendChecks };
const say = findingsOf(resendChecks);

const Refusal = z.object({ name: z.string() });
const nameOf = (body: unknown) => Refusal.safeParse(body).data?.name;

const mayOnlySend = (status: number, body: unknown) => status === 401 && nameOf(body) === 'restricted_api_key';

/** Whether GET /domains was refused only because the key is restricted to sending. */
const isRestricted = (reported: Reported): boolean => reported.reached && mayOnlySend(reported.status, reported.body);

/** What GET /domains shows about a key: the cheap checks, with one request. */
export const { keyFindings, readinessOf } = keyLook(account, (status, body) => {
  const accepted = say.ok('resend.key', 'the key is accepted');
  if (status === 200) return [accepted, say.ok('resend.permission', 'full access')];
  if (mayOnlySend(status, body))
    return [accepted, say.ok('resend.permission', 'sending access only: the least there is')];
  return [say.fail('resend.key', `the key is refused (${status}${nameOf(body) ? `, ${nameOf(body)}` : ''})`)];
});

const Domains = z.object({
  data: z.array(z.object({ name: z.string(), status: z.string() })),
  has_more: z.boolean().optional(),
});

/** States of a domain in which Resend sends nothing from it. The others may be verified for sending. */
const unverified = new Set(['not_started', 'pending', 'failed']);

/** The domains that the account has verified; undefined: the key may not read them. */
export function verifiedSendersOf(reported: Reported): VerifiedSenders | undefined {
  const known = bodyOf(reported, Domains);
  if (!known) return undefined;
  const verified = known.data.filter(({ status }) => !unverified.has(status));
  // It takes exactly these, and resend.dev from everybody.
  return {
    domains: [...verified.map(({ name }) => name.toLowerCase()), 'resend.dev'],
    isPart: known.has_more === true,
  };
}

const cannotRead =
  'a key with sending access cannot read this: set DOCTOR_RESEND_API_KEY to one with full access for the look';
const unknownDomains = `${cannotRead}; until the sending key can, routing counts every domain as verified here`;

/** @param from the address of EMAIL_FROM */
export function domainFinding(from: string | undefined, reported: Reported): Finding {
  if (!from)
    return say.fail(
      'resend.domain',
      'EMAIL_FROM is not set',
      'Set EMAIL_FROM to an address of a domain that is verified at Resend.',
    );
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  if (domain === 'resend.dev')
    return say.warn('resend.domain', 'resend.dev reaches only the address of the account itself');
  if (isRestricted(reported)) return say.skipped('resend.domain', unknownDomains);
  const known = bodyOf(reported, Domains)?.data;
  if (!known)
    return say.skipped(
      'resend.domain',
      reported.reached ? `it answers with status ${reported.status}` : 'it cannot be reached',
    );
  const own = known.find(({ name }) => name.toLowerCase() === domain);
  if (own?.status === 'verified') return say.ok('resend.domain', `${domain} is verified`);
  return say.fail(
    'resend.domain',
    own ? `${domain} is there, but ${own.status}` : `${domain} is not among the account’s domains`,
  );
}

export const Webhook = z.object({
  id: z.string(),
  endpoint: z.string(),
  status: z.string(),
  events: z.array(z.string()).nullish(),
  signing_secret: z.string().nullish(),
});
export type Webhook = z.infer<typeof Webhook>;
const Webhooks = z.object({ data: z.array(Webhook) });

/** The webhooks of the account; undefined where the key may not read them. */
export const webhooksOf = (reported: Reported): Webhook[] | undefined => bodyOf(reported, Webhooks)?.data;

/** Ours is the one with our exact URL: another host with our path may be another installation. */
export const ourWebhook = (webhooks: readonly Webhook[], url: string): Webhook | undefined =>
  webhooks.find((one) => one.endpoint === url && one.status === 'enabled') ??
  webhooks.find((one) => one.endpoint === url);

export const missingEvents = (webhook: Webhook): string[] =>
  webhookEvents.filter((event) => !webhook.events?.includes(event));

/**
 * @param secrets the configured signing secrets
 * @param ours the webhook as read by itself, which may contain its secret
 */
export function webhookFindings(
  listed: Reported,
  ours: Webhook | undefined,
  url: string,
  secrets: readonly string[],
): Finding[] {
  const webhooks = webhooksOf(listed);
  if (!webhooks)
    return [say.skipped('resend.webhook', isRestricted(listed) ? cannotRead : 'the webhooks cannot be read')];
  const seen = ours && {
    off: ours.status === 'enabled' ? undefined : ours.status,
    missing: missingEvents(ours),
    signing: signingFinding(ours.signing_secret ?? undefined, secrets),
  };
  return webhookFindingsOf(account, url, webhooks.length, seen);
}

function signingFinding(secret: string | undefined, secrets: readonly string[]): Finding {
  if (secrets.length === 0) return say.fail('resend.webhook-signing', 'RESEND_WEBHOOK_SECRET is not set');
  if (secret === undefined)
    return say.skipped('resend.webhook-signing', 'Resend does not show the secret again, so it cannot be compared');
  const bare = (text: string) => text.replace(/^whsec_/, '');
  if (secrets.map(bare).includes(bare(secret))) return say.ok('resend.webhook-signing', 'we hold the secret');
  return say.fail('resend.webhook-signing', 'signed with a secret other than RESEND_WEBHOOK_SECRET');
}
