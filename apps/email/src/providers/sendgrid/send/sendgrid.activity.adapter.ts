import type { FailureCatalogue, ReceiptAnswers, ReceiptLookup, TakenMessage } from '#libs/providers';
import type { HttpResponse, ProviderHttp } from '#libs/provider-http';
import { Activity, activityQuery, answersIn } from './sendgrid.activity.policy.ts';

/** So many messages share a question: Email Activity takes six a minute, and a URL must stay short. */
const MOST = 20;

/** Asks Email Activity, an add-on of SendGrid’s, what became of mails. */
export class ActivityLookup implements ReceiptLookup {
  private readonly http: ProviderHttp;
  private readonly headers: Record<string, string>;
  private readonly failures: FailureCatalogue;
  private isOneEach = false;

  constructor(http: ProviderHttp, headers: Record<string, string>, failures: FailureCatalogue) {
    this.http = http;
    this.headers = headers;
    this.failures = failures;
  }

  /** One, once a question about several was refused. */
  get most(): number {
    return this.isOneEach ? 1 : MOST;
  }

  async ask(messages: readonly TakenMessage[], hashKey: string): Promise<ReceiptAnswers> {
    const answer = await this.get(activityQuery(messages));
    if (answer?.status === 400 && messages.length > 1) this.isOneEach = true;
    const activity = answer?.status === 200 ? read(answer.body) : undefined;
    if (!activity) return { answered: false, mayNotAsk: [401, 403, 404].includes(answer?.status ?? 0) };
    return { answered: true, of: answersIn(activity, messages, this.failures, hashKey) };
  }

  private async get(query: string): Promise<HttpResponse | undefined> {
    const path = `/v3/messages?query=${encodeURIComponent(query)}&limit=1000`;
    return this.http.call({ method: 'GET', path, headers: this.headers }).catch(() => undefined);
  }
}

function read(body: string) {
  try {
    return Activity.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
