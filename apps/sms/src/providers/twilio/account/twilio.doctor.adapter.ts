import type { Finding, Reported, ProviderDoctor, Repair } from '#libs/providers';
import { ask, type HttpCall, ProviderHttp } from '#libs/provider-http';
import {
  accountFinding,
  inboundFindings,
  inboundOf,
  isNumber,
  isService,
  keyFindings,
  numberOf,
  senderFindings,
  type SenderProbe,
} from './twilio.doctor.policy.ts';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  apiKey?: { sid: string; secret: string } | undefined;
  baseUrl: string;
  timeoutMs: number;
  /** The configured numbers, names and messaging services. */
  senders: readonly string[];
  /** The URL of our webhook for replies, as Twilio calls it. */
  inboundUrl: string;
}

/** Messaging services have a host of their own: messaging.… in place of api.…, in every region. */
export function messagingBaseOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (/^api\.(.+\.)?twilio\.com$/.test(url.hostname)) url.hostname = url.hostname.replace(/^api\./, 'messaging.');
  return url.href.replace(/\/$/, '');
}

/** Checks Twilio's account through its API. */
export class TwilioDoctor implements ProviderDoctor {
  private readonly account: TwilioAccount;
  private readonly api: ProviderHttp;
  private readonly messaging: ProviderHttp;

  constructor(account: TwilioAccount) {
    this.account = account;
    this.api = new ProviderHttp('TWILIO_BASE_URL', account.baseUrl, account.timeoutMs, 2);
    this.messaging = new ProviderHttp('TWILIO_BASE_URL', messagingBaseOf(account.baseUrl), account.timeoutMs, 2);
  }

  async examine(): Promise<Finding[]> {
    const { accountSid, apiKey } = this.account;
    const findings = keyFindings(
      await this.ask(this.api, 'GET', `${this.path}/Messages.json?PageSize=1`, undefined, apiKey),
    );
    if (findings.some(({ id, state }) => id === 'twilio.key' && state === 'fail')) return findings;
    const account = await this.ask(this.api, 'GET', `/2010-04-01/Accounts/${accountSid}.json`);
    const senders = await this.senders();
    return [
      ...findings,
      accountFinding(account),
      ...senderFindings(senders),
      ...inboundFindings(senders, this.account.inboundUrl),
    ];
  }

  async fix(): Promise<Repair[]> {
    const repairs: Repair[] = [];
    for (const sender of await this.senders()) {
      const inbound = inboundOf(sender, this.account.inboundUrl);
      if (inbound?.state === 'free') repairs.push(await this.direct(sender));
      else if (inbound && inbound.state !== 'ours')
        repairs.push({
          what:
            `Replies to a sender (${kindOf(sender)}) were left as they are: something else may be using them. Set ` +
            'them by hand.',
          done: false,
        });
    }
    return repairs;
  }

  async close(): Promise<void> {
    await Promise.all([this.api.close(), this.messaging.close()]);
  }

  private get path(): string {
    return `/2010-04-01/Accounts/${this.account.accountSid}`;
  }

  /** Redirects the replies to one sender to us. */
  private async direct(sender: SenderProbe): Promise<Repair> {
    const { inboundUrl } = this.account;
    const reported = isService(sender.sender)
      ? await this.ask(this.messaging, 'POST', `/v1/Services/${sender.sender}`, {
          InboundRequestUrl: inboundUrl,
          InboundMethod: 'POST',
        })
      : await this.ask(this.api, 'POST', `${this.path}/IncomingPhoneNumbers/${numberOf(sender)!.sid}.json`, {
          SmsUrl: inboundUrl,
          SmsMethod: 'POST',
        });
    const done = reported.reached && reported.status === 200;
    const why = reported.reached ? `status ${reported.status}` : reported.code;
    return {
      what: done
        ? `Replies to the ${kindOf(sender)} now go to ${inboundUrl}.`
        : `Twilio did not change where replies go (${why}).`,
      done,
    };
  }

  private async senders(): Promise<SenderProbe[]> {
    const reported: SenderProbe[] = [];
    for (const sender of this.account.senders) reported.push(await this.look(sender));
    return reported;
  }

  private async look(sender: string): Promise<SenderProbe> {
    if (isService(sender)) {
      const service = await this.ask(this.messaging, 'GET', `/v1/Services/${sender}`);
      return {
        sender,
        reported: service,
        numbers: await this.ask(this.messaging, 'GET', `/v1/Services/${sender}/PhoneNumbers?PageSize=100`),
      };
    }
    if (!isNumber(sender)) return { sender, reported: { reached: false, code: 'not-asked' } };
    return {
      sender,
      reported: await this.ask(
        this.api,
        'GET',
        `${this.path}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(sender)}`,
      ),
    };
  }

  /** With the auth token unless another key is configured. */
  private ask(
    http: ProviderHttp,
    method: HttpCall['method'],
    path: string,
    form?: Record<string, string>,
    key?: { sid: string; secret: string },
  ): Promise<Reported> {
    const { accountSid, authToken } = this.account;
    const pair = key ? `${key.sid}:${key.secret}` : `${accountSid}:${authToken}`;
    const headers = {
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
      accept: 'application/json',
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    return ask(http, { method, path, headers, body: form && new URLSearchParams(form).toString() });
  }
}

const kindOf = ({ sender }: SenderProbe) => (isService(sender) ? 'messaging service' : `number …${sender.slice(-4)}`);
