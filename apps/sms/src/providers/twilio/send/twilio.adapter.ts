import { AsyncLocalStorage } from 'node:async_hooks';
import type { Failure } from '#libs/contracts';
import {
  FailureCatalogue,
  type LookupResult,
  type LookupRequest,
  ownFailure,
  Provider,
  type ProviderCall,
  type ProviderCheck,
  type ReceiptAnswers,
  type ReceiptLookup,
  refusedFields,
  type SendResult,
  type TakenMessage,
} from '#libs/providers';
import { ask, brokenCallFailure, CallBroken, type HttpResponse, ProviderHttp } from '#libs/provider-http';
import type { OnApplicationShutdown } from '@nestjs/common';
import twilio from 'twilio';
import { sizeOf } from '../../../content/segments.policy.ts';
import type { SmsMessage } from '../../../sms-message.ts';
import { readRefusal } from './twilio.answer.policy.ts';
import type { TwilioConfig } from '../account/twilio.config.ts';
import { readinessOf } from '../account/twilio.doctor.policy.ts';
import { twilioFailures } from './twilio.failures.ts';
import { isAlike, type ListedText, toCandidate } from './twilio.lookup.policy.ts';
import { recipientOf, toMessageCreate } from './twilio.request.policy.ts';
import { endsIn } from './twilio.status.policy.ts';
import { contentSidOf } from './twilio.template.policy.ts';

type AdapterConfig = Omit<
  TwilioConfig,
  'TWILIO_AUTH_TOKEN_PREVIOUS' | 'TWILIO_ANSWERED_5XX' | 'TWILIO_RECEIPT_LOOKUPS_PER_MIN'
> & {
  PUBLIC_URL: string;
};

/** How many texts a look-up reads at most: more texts to one number are not searched. */
const [PAGE_SIZE, MOST_PAGES] = [200, 10];
const SLACK_MS = 60_000;

/** The fields of the SDK's page that are used. */
interface TextPage {
  instances: ListedText[];
  nextPage(): Promise<TextPage | undefined> | undefined;
}

/** A request of the SDK to its HTTP client. */
interface SdkRequest {
  method: string;
  uri: string;
  username?: string;
  password?: string;
  headers?: Record<string, string>;
  data?: Record<string, unknown>;
  /** The query. */
  params?: Record<string, unknown>;
}

/** One call through the SDK. */
interface Passage {
  mayStillSend?: () => boolean;
  answer?: HttpResponse;
}

/** Twilio: its own SDK builds requests and parses responses, our keep-alive pool sends them. */
export class TwilioAdapter extends Provider<SmsMessage> implements OnApplicationShutdown {
  readonly name = 'twilio';
  private readonly config: AdapterConfig;
  private readonly failures = new FailureCatalogue('twilio', twilioFailures);
  private readonly http: ProviderHttp;
  private readonly client: ReturnType<typeof twilio>;
  private readonly authorization: string;
  private readonly passage = new AsyncLocalStorage<Passage>();

  constructor(config: AdapterConfig) {
    super();
    this.config = config;
    this.http = new ProviderHttp(
      'TWILIO_BASE_URL',
      config.TWILIO_BASE_URL,
      config.TWILIO_TIMEOUT_MS,
      config.TWILIO_CONNECTIONS,
    );
    const user = config.TWILIO_API_KEY_SID ?? config.TWILIO_ACCOUNT_SID;
    const password = config.TWILIO_API_KEY_SID ? (config.TWILIO_API_KEY_SECRET ?? '') : config.TWILIO_AUTH_TOKEN;
    this.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const httpClient = { request: (request: SdkRequest) => this.carry(request) };
    this.client = twilio(user, password, { accountSid: config.TWILIO_ACCOUNT_SID, httpClient: httpClient as never });
  }

  override unsupported(message: SmsMessage): Failure | undefined {
    return message.contentTemplate && this.contentSidOf(message) === undefined ? noTemplate : undefined;
  }

  async send({ message, reference, mayStillSend }: ProviderCall<SmsMessage>): Promise<SendResult> {
    const unsupported = this.unsupported(message);
    if (unsupported) return { sent: false, failure: unsupported };
    if (
      message.from === undefined &&
      message.messagingService === undefined &&
      (message.kind === 'whatsapp' || !this.config.TWILIO_MESSAGING_SERVICE_SID)
    ) {
      return { sent: false, failure: noSender(message.kind) };
    }
    const create = toMessageCreate(
      { ...message, contentSid: this.contentSidOf(message) },
      reference,
      this.config.PUBLIC_URL,
      this.config.TWILIO_MESSAGING_SERVICE_SID,
      Date.now(),
    );
    const passage: Passage = { mayStillSend };
    try {
      const { sid } = await this.passage.run(passage, () => this.client.messages.create(create as never));
      if (sid) return { sent: true, providerMessageId: sid, ...sizeOfSms(message) };
    } catch (error) {
      if (error instanceof CallBroken) return { sent: false, failure: brokenCallFailure(this.name, error) };
      // Before the call only the SDK's own checks can throw; their text may quote the message.
      if (!passage.answer) return { sent: false, failure: refusedBySdk };
    }
    return { sent: false, failure: this.failureOf(passage.answer!) };
  }

  /**
   * Twilio returns no reference, so texts that look the same are candidates, and the ledger decides which is ours
   * (docs/adr/0004).
   */
  async lookup({ message, since }: LookupRequest<SmsMessage>): Promise<LookupResult> {
    // The text of a template is made by Twilio: we cannot compare it.
    if (message.contentTemplate) return { found: 'unsupported' };
    const passage: Passage = {};
    try {
      const listed = await this.passage.run(passage, () => this.listed(recipientOf(message), since));
      const alike = listed.filter((text) => isAlike(text, message, this.config.TWILIO_MESSAGING_SERVICE_SID));
      return alike.length > 0 ? { found: 'candidates', candidates: alike.map(toCandidate) } : { found: 'absent' };
    } catch {
      return { found: passage.answer?.status === 403 ? 'unsupported' : 'absent' };
    }
  }

  /**
   * The texts to one number, newest first, back to a time. The filter by day omits texts that are not sent yet, so it
   * is not used.
   */
  private async listed(to: string, since: number): Promise<ListedText[]> {
    const texts: ListedText[] = [];
    let page: TextPage | undefined = await this.client.messages.page({ to, pageSize: PAGE_SIZE });
    for (let pages = 1; page; pages += 1) {
      const { instances }: TextPage = page;
      texts.push(...instances);
      const goesOn: boolean =
        pages < MOST_PAGES && instances.some(({ dateCreated }) => dateCreated.getTime() >= since - SLACK_MS);
      page = goesOn ? await page.nextPage() : undefined;
    }
    return texts;
  }

  override readonly receiptLookup: ReceiptLookup = {
    most: 1,
    ask: async (messages, hashKey) => {
      const [text] = messages;
      return text ? this.askFor(text, hashKey) : { answered: true, of: [] };
    },
  };

  private async askFor({ providerMessageId, reference }: TakenMessage, hashKey: string): Promise<ReceiptAnswers> {
    const passage: Passage = {};
    try {
      const text = await this.passage.run(passage, () => this.client.messages(providerMessageId).fetch());
      return {
        answered: true,
        of: [{ known: true, receipts: endsIn(text, reference, this.failures, hashKey) }],
      };
    } catch {
      const status = passage.answer?.status;
      if (status === 404) return { answered: true, of: [{ known: false }] };
      return { answered: false, mayNotAsk: status === 401 || status === 403 };
    }
  }

  async check(): Promise<ProviderCheck> {
    // Every kind of key may make this request, unlike one for the account (Twilio’s docs, API Keys).
    const path = `/2010-04-01/Accounts/${this.config.TWILIO_ACCOUNT_SID}/Messages.json?PageSize=1`;
    return readinessOf(
      await ask(this.http, {
        method: 'GET',
        path,
        headers: { accept: 'application/json', authorization: this.authorization },
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  /**
   * The SDK's HTTP client: the same request over our pool. Only path and query of its URL are used, whatever region the
   * SDK adds to the host.
   */
  private async carry(request: SdkRequest): Promise<{ statusCode: number; body: string; headers: unknown }> {
    const passage = this.passage.getStore() ?? {};
    const url = new URL(request.uri);
    for (const [name, value] of new URLSearchParams(formOf(request.params ?? {}))) url.searchParams.append(name, value);
    const answer = await this.http.call({
      method: request.method.toUpperCase() as 'GET',
      path: url.pathname + url.search,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${request.username}:${request.password}`).toString('base64')}`,
      },
      body: request.data ? formOf(request.data) : undefined,
      mayStillSend: passage.mayStillSend,
    });
    passage.answer = answer;
    return { statusCode: answer.status, body: answer.body, headers: answer.headers };
  }

  /** Twilio's id of the message's template: as the request names it where that is Twilio's own name. */
  private contentSidOf({ contentTemplate, boundTo }: SmsMessage): string | undefined {
    if (!contentTemplate || boundTo === this.name) return contentTemplate?.name;
    return contentSidOf(contentTemplate, this.config.TWILIO_CONTENT_TEMPLATES ?? {});
  }

  private failureOf({ status, headers, body }: HttpResponse): Failure {
    // A successful response that is cut off: Twilio has accepted the message, but its id is lost.
    if (status >= 200 && status < 300) {
      return ownFailure(
        'MSG_RESPONSE_INCOMPLETE',
        'unknown',
        'backoff',
        'Twilio’s answer was cut off; it has taken the message.',
        { provider: this.name },
      );
    }
    const { code, fields } = readRefusal(body);
    const after = Number(headers['retry-after']);
    const retryAfterMs = status === 429 && after > 0 ? after * 1000 : undefined;
    const failure = this.failures.failure(code === undefined ? [`http_${status}`] : [code], {
      httpStatus: status,
      retryAfterMs,
    });
    return status === 400 ? { ...failure, ...refusedFields(fields, 'Twilio') } : failure;
  }
}

/** Only an SMS has segments. */
const sizeOfSms = ({ kind, body, smartEncoding }: SmsMessage) =>
  kind === 'sms' && body !== undefined && { size: sizeOf(body, smartEncoding ?? false) };

/** Twilio expects lists as repeated parameters. */
function formOf(data: Record<string, unknown>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) form.append(name, String(item));
  }
  return form.toString();
}

const noTemplate = ownFailure(
  'MSG_TEMPLATE_NOT_FOUND',
  'account',
  'operator',
  'Twilio’s templates in the settings have none of this name and version, so Twilio cannot send it.',
  {
    remedy: 'Add the template to TWILIO_CONTENT_TEMPLATES; it is tried again until it expires.',
    provider: 'twilio',
  },
);

const noSender = (kind: SmsMessage['kind']) =>
  ownFailure('MSG_NO_SENDER', 'account', 'operator', 'No sender is configured for this kind of message.', {
    remedy:
      kind === 'whatsapp'
        ? 'Set WHATSAPP_FROM, or name a sender in the request.'
        : 'Set SMS_FROM or TWILIO_MESSAGING_SERVICE_SID, or name a sender in the request.',
    provider: 'twilio',
  });

const refusedBySdk = ownFailure(
  'MSG_MESSAGE_REFUSED',
  'bad-content',
  'never',
  'The message breaks a rule of Twilio’s own library, so it was not sent.',
  {
    provider: 'twilio',
  },
);
