import { setTimeout as delay } from 'node:timers/promises';
import { bodyOf, type Finding, type ProviderDoctor, type Repair, type Reported } from '#libs/providers';
import { askWithKey, type HttpCall, ProviderHttp } from '#libs/provider-http';
import { webhookEvents } from './resend.checks.ts';
import {
  domainFinding,
  keyFindings,
  missingEvents,
  ourWebhook,
  Webhook,
  webhookFindings,
  webhooksOf,
} from './resend.doctor.policy.ts';

export interface ResendAccount {
  apiKey: string;
  /** An additional key for checks and repairs that the sending key may not make. */
  doctorKey: string;
  baseUrl: string;
  timeoutMs: number;
  /** The address of EMAIL_FROM. */
  from: string | undefined;
  /** The URL of our webhook, as Resend calls it. */
  webhookUrl: string;
  /** The signing secrets that are configured. */
  webhookSecrets: readonly string[];
}

/** Checks Resend's account through its API. */
export class ResendDoctor implements ProviderDoctor {
  private readonly account: ResendAccount;
  private readonly http: ProviderHttp;

  constructor(account: ResendAccount) {
    this.account = account;
    this.http = new ProviderHttp('RESEND_BASE_URL', account.baseUrl, account.timeoutMs, 2);
  }

  async examine(): Promise<Finding[]> {
    const { apiKey, doctorKey, from, webhookUrl, webhookSecrets } = this.account;
    const own = await this.ask('GET', '/domains', undefined, apiKey);
    const findings = keyFindings(own);
    if (findings.some(({ id, state }) => id === 'resend.key' && state === 'fail')) return findings;
    const domains = doctorKey === apiKey ? own : await this.ask('GET', '/domains');
    const listed = await this.ask('GET', '/webhooks?limit=100');
    const ours = await this.whole(listed);
    return [...findings, domainFinding(from, domains), ...webhookFindings(listed, ours, webhookUrl, webhookSecrets)];
  }

  async fix(): Promise<Repair[]> {
    const listed = await this.ask('GET', '/webhooks?limit=100');
    if (!webhooksOf(listed))
      return [
        {
          what:
            'The webhook was left alone: the key may not read the webhooks. Set DOCTOR_RESEND_API_KEY to one with ' +
            'full access.',
          done: false,
        },
      ];
    const ours = await this.whole(listed);
    return ours ? this.bringUpToDate(ours) : this.register();
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  /** Our webhook is read by itself, because the list contains no secret. */
  private async whole(listed: Reported): Promise<Webhook | undefined> {
    const ours = ourWebhook(webhooksOf(listed) ?? [], this.account.webhookUrl);
    if (!ours) return undefined;
    const reported = await this.ask('GET', `/webhooks/${ours.id}`);
    return bodyOf(reported, Webhook) ?? ours;
  }

  private async register(): Promise<Repair[]> {
    const endpoint = this.account.webhookUrl;
    const reported = await this.ask('POST', '/webhooks', { endpoint, events: webhookEvents });
    const secret = reported.reached
      ? (reported.body as { signing_secret?: unknown } | undefined)?.signing_secret
      : undefined;
    if (!reported.reached || reported.status >= 300 || typeof secret !== 'string')
      return [{ what: `Resend did not register a webhook for ${endpoint}: ${reasonOf(reported)}`, done: false }];
    return [
      {
        what: `Registered a webhook for ${endpoint}.`,
        done: true,
        kept: { setting: 'RESEND_WEBHOOK_SECRET', value: secret },
      },
    ];
  }

  private async bringUpToDate(ours: Webhook): Promise<Repair[]> {
    const repairs: Repair[] = [];
    const missing = missingEvents(ours);
    if (ours.status !== 'enabled' || missing.length > 0) {
      const reported = await this.ask('PATCH', `/webhooks/${ours.id}`, {
        events: [...new Set([...(ours.events ?? []), ...webhookEvents])],
        status: 'enabled',
      });
      const done = reported.reached && reported.status < 300;
      repairs.push({
        what: done
          ? `The webhook for ${ours.endpoint} was enabled for all our events.`
          : `Resend did not change the webhook: ${reasonOf(reported)}`,
        done,
      });
    }
    const secret = ours.signing_secret;
    if (secret && !this.account.webhookSecrets.includes(secret)) {
      repairs.push({
        what: 'Fetched the signing secret of the webhook.',
        done: true,
        kept: { setting: 'RESEND_WEBHOOK_SECRET', value: secret },
      });
    }
    return repairs;
  }

  private async ask(
    method: HttpCall['method'],
    path: string,
    body?: unknown,
    key = this.account.doctorKey,
  ): Promise<Reported> {
    for (let again = 0; ; again += 1) {
      const reported = await askWithKey(this.http, key, { method, path, body });
      // All requests of a team share a low rate; a throttled check is repeated.
      if (!reported.reached || reported.status !== 429 || again === 3) return reported;
      await delay(1_100);
    }
  }
}

const reasonOf = (reported: Reported) =>
  reported.reached ? `it answered with status ${reported.status}.` : `it could not be reached (${reported.code}).`;
