import type { Finding, Reported, ProviderDoctor, Repair } from '#libs/providers';
import { askWithKey, type HttpCall, ProviderHttp } from '#libs/provider-http';
import { webhookEvents } from './sendgrid.checks.ts';
import {
  keyFindings,
  missingEvents,
  ourWebhook,
  senderFinding,
  type Webhook,
  webhookFindings,
  webhooksOf,
} from './sendgrid.doctor.policy.ts';

export interface SendgridAccount {
  apiKey: string;
  /** An additional key for checks and repairs that the sending key may not make. */
  doctorKey: string;
  baseUrl: string;
  timeoutMs: number;
  /** The address of EMAIL_FROM. */
  from: string | undefined;
  /** The URL of our event webhook, as SendGrid calls it. */
  webhookUrl: string;
  /** The configured public keys, base64. */
  webhookKeys: readonly string[];
}

const SETTINGS = '/v3/user/webhooks/event/settings';
/** The name of our webhook in SendGrid's console. */
const OUR_NAME = 'Messaging Integrations';

/** Checks SendGrid's account through its API. */
export class SendgridDoctor implements ProviderDoctor {
  private readonly account: SendgridAccount;
  private readonly http: ProviderHttp;

  constructor(account: SendgridAccount) {
    this.account = account;
    this.http = new ProviderHttp('SENDGRID_BASE_URL', account.baseUrl, account.timeoutMs, 2);
  }

  async examine(): Promise<Finding[]> {
    const { apiKey, from, webhookUrl, webhookKeys } = this.account;
    const findings = keyFindings(await this.ask('GET', '/v3/scopes', undefined, apiKey));
    // With a refused key every other request would be refused as well.
    if (findings.some(({ id, state }) => id === 'sendgrid.key' && state === 'fail')) return findings;
    const domains = await this.ask('GET', '/v3/whitelabel/domains?limit=500');
    const senders = await this.ask('GET', '/v3/verified_senders?limit=500');
    const webhooks = await this.ask('GET', `${SETTINGS}/all`);
    return [...findings, senderFinding(from, domains, senders), ...webhookFindings(webhooks, webhookUrl, webhookKeys)];
  }

  async fix(): Promise<Repair[]> {
    const known = webhooksOf(await this.ask('GET', `${SETTINGS}/all`));
    if (!known)
      return [
        {
          what:
            'The event webhook was left alone: the key may not read the webhooks ' +
            '(user.webhooks.event.settings.read).',
          done: false,
        },
      ];
    const ours = ourWebhook(known, this.account.webhookUrl);
    const { id, repairs } = ours ? await this.bringUpToDate(ours) : await this.register();
    return id === undefined ? repairs : [...repairs, ...(await this.sign(id, ours?.public_key ?? ''))];
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  private async register(): Promise<{ id?: string; repairs: Repair[] }> {
    const url = this.account.webhookUrl;
    const reported = await this.ask('POST', SETTINGS, { ...allEvents, enabled: true, url, friendly_name: OUR_NAME });
    const id = fieldOf(reported, 'id');
    if (id !== undefined && reported.reached && reported.status === 201)
      return { id, repairs: [{ what: `Registered an event webhook for ${url}.`, done: true }] };
    return {
      repairs: [{ what: `SendGrid did not register an event webhook for ${url}: ${reasonOf(reported)}`, done: false }],
    };
  }

  private async bringUpToDate(ours: Webhook): Promise<{ id: string; repairs: Repair[] }> {
    const missing = missingEvents(ours);
    if (ours.enabled && missing.length === 0) return { id: ours.id, repairs: [] };
    const reported = await this.ask('PATCH', `${SETTINGS}/${ours.id}`, {
      ...allEvents,
      enabled: true,
      url: ours.url,
      ...(ours.friendly_name && { friendly_name: ours.friendly_name }),
    });
    const done = reported.reached && reported.status === 200;
    const parts = [
      ...(ours.enabled ? [] : ['switched on']),
      ...(missing.length > 0 ? [`set to report ${missing.join(', ')}`] : []),
    ].join(' and ');
    return {
      id: ours.id,
      repairs: [
        {
          what: done
            ? `The event webhook for ${ours.url} was ${parts}.`
            : `SendGrid did not change the event webhook: ${reasonOf(reported)}`,
          done,
        },
      ],
    };
  }

  /** Enables signing where it is off. A public key that is not configured yet is returned. */
  private async sign(id: string, publicKey: string): Promise<Repair[]> {
    if (publicKey !== '' && this.account.webhookKeys.includes(publicKey)) return [];
    const kept = (value: string) => ({ setting: 'SENDGRID_WEBHOOK_PUBLIC_KEY', value });
    if (publicKey !== '')
      return [{ what: 'Fetched the public key of the event webhook.', done: true, kept: kept(publicKey) }];
    const reported = await this.ask('PATCH', `${SETTINGS}/signed/${id}`, { enabled: true });
    const key = fieldOf(reported, 'public_key');
    if (!key) return [{ what: `SendGrid did not switch signing on: ${reasonOf(reported)}`, done: false }];
    return [{ what: 'Switched the signing of the event webhook on.', done: true, kept: kept(key) }];
  }

  private ask(
    method: HttpCall['method'],
    path: string,
    body?: unknown,
    key = this.account.doctorKey,
  ): Promise<Reported> {
    return askWithKey(this.http, key, { method, path, body });
  }
}

const allEvents = Object.fromEntries(webhookEvents.map((event) => [event, true]));

function fieldOf(reported: Reported, name: string): string | undefined {
  const value = reported.reached ? (reported.body as Record<string, unknown> | undefined)?.[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function reasonOf(reported: Reported): string {
  if (!reported.reached) return `it could not be reached (${reported.code}).`;
  if (reported.status === 403)
    return 'the key may not (user.webhooks.event.settings.update): set DOCTOR_SENDGRID_API_KEY to one that may.';
  const [first] = (reported.body as { errors?: { message?: string }[] } | undefined)?.errors ?? [];
  return /maximum number of webhooks/.test(first?.message ?? '')
    ? 'the plan allows no more webhooks. Free one by hand that nothing uses, then run this again.'
    : `it answered with status ${reported.status}.`;
}
