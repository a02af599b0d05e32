import { setTimeout as delay } from 'node:timers/promises';
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
  type SendResult,
  type VerifiedSenders,
  type TakenMessage,
  holdByHeaders,
  type BatchResponse,
  allMayStillSend,
  sendBatchBisecting,
} from '#libs/providers';
import { ask, brokenCallFailure, CallBroken, type HttpResponse, ProviderHttp } from '#libs/provider-http';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { EmailMessage } from '../../../email-message.ts';
import { acceptedId, acceptedIds, errorNameOf, failureOf } from './resend.answer.policy.ts';
import { unsupported } from './resend.carry.policy.ts';
import type { ResendConfig } from '../account/resend.config.ts';
import { readinessOf, verifiedSendersOf } from '../account/resend.doctor.policy.ts';
import { resendFailures } from './resend.failures.ts';
import { resendLimits } from './resend.limits.ts';
import { findByTag } from './resend.lookup.adapter.ts';
import { RequestBuilder, type SdkRequest } from './resend.mail.adapter.ts';
import { digestOf, keyOf, batchKey, toEmail } from './resend.request.policy.ts';
import { endsIn, FetchedEmail } from './resend.status.policy.ts';

type AdapterConfig = Pick<ResendConfig, 'RESEND_BASE_URL' | 'RESEND_TIMEOUT_MS' | 'RESEND_CONNECTIONS'> & {
  RESEND_API_KEY: string;
};
type Call = ProviderCall<EmailMessage>;

/** Resend remembers a key for 24 hours after the request; one hour less, for clock differences and queues. */
const REPLAY_WITHIN_MS = 23 * 3_600_000;

/** The waits before a batch whose response was lost is repeated under its key, in milliseconds. */
const REPEAT_AFTER_MS = [200, 1_000, 2_000];

/** Resend: its own SDK builds the requests, our keep-alive pool sends them. */
export class ResendAdapter extends Provider<EmailMessage> implements OnApplicationShutdown {
  readonly name = 'resend';
  override readonly batchLimit = resendLimits.batch.most;
  private readonly failures = new FailureCatalogue('resend', resendFailures);
  private readonly requests: RequestBuilder;
  private readonly http: ProviderHttp;

  constructor(config: AdapterConfig) {
    super();
    this.http = new ProviderHttp(
      'RESEND_BASE_URL',
      config.RESEND_BASE_URL,
      config.RESEND_TIMEOUT_MS,
      config.RESEND_CONNECTIONS,
    );
    this.requests = new RequestBuilder(config.RESEND_API_KEY);
  }

  override unsupported(message: EmailMessage): Failure | undefined {
    return unsupported(message);
  }

  override batchKey(message: EmailMessage): string | undefined {
    return batchKey(message);
  }

  async send(call: Call): Promise<SendResult> {
    const obstacle = unsupported(call.message);
    if (obstacle) return { sent: false, failure: obstacle };
    const key = keyOf([call]);
    const request = await this.requests.single(toEmail(call), key);
    const answer = await this.carry(request, call.mayStillSend);
    const result =
      answer instanceof CallBroken ? this.broken(answer) : { ...this.singleResult(answer), ...holdBy(answer) };
    if (result.sent || result.failure.kind !== 'unknown') return result;
    return { ...result, replay: { key, digest: digestOf(request.body ?? '') } };
  }

  /**
   * One call for all. A message that is refused alone is sent again alone, under a key of its own, to get the reason.
   */
  override sendBatch(calls: readonly Call[]): Promise<SendResult[]> {
    return sendBatchBisecting(calls, async (members) =>
      members.length === 1 ? { results: [await this.send(members[0]!)] } : this.postBatch(members),
    );
  }

  private async postBatch(calls: readonly Call[]): Promise<BatchResponse> {
    const request = await this.requests.batch(calls.map(toEmail), keyOf(calls));
    const answer = await this.untilKnown(request, calls);
    if (answer instanceof CallBroken) return alike(calls, this.broken(answer));
    if (answer.status >= 300) {
      const refusal: SendResult & { sent: false } = { sent: false, failure: this.refusal(answer), ...holdBy(answer) };
      return ['bad-content', 'bad-recipient'].includes(refusal.failure.kind)
        ? { refused: refusal }
        : alike(calls, refusal);
    }
    const ids = acceptedIds(answer, calls.length);
    if (!ids) return alike(calls, unreadable);
    const results: SendResult[] = [];
    for (const [index, id] of ids.entries())
      results.push(
        id === null ? await this.send(calls[index]!) : { sent: true, providerMessageId: id, ...holdBy(answer) },
      );
    return { results };
  }

  /**
   * Only here are all members of a batch known: a call whose response was lost is repeated under the same key with the
   * same bytes, while every member's lease lasts (docs/adr/0006).
   */
  private async untilKnown(request: SdkRequest, calls: readonly Call[]): Promise<HttpResponse | CallBroken> {
    const mayStillSend = () => allMayStillSend(calls);
    let answer = await this.carry(request, mayStillSend);
    for (const wait of REPEAT_AFTER_MS) {
      if (!mayBeAccepted(answer, (given) => this.refusal(given).kind, calls.length)) return answer;
      await delay(wait);
      if (!mayStillSend()) break;
      const again = await this.carry(request, mayStillSend);
      // Only an acceptance shows the result of the first call: a refusal may concern the repeat only.
      if (!(again instanceof CallBroken) && again.status < 300) answer = again;
    }
    return answer;
  }

  async lookup(request: LookupRequest<EmailMessage>): Promise<LookupResult> {
    return (await this.repeat(request)) ?? findByTag(this.requests, this.http, request);
  }

  /**
   * The same call under its key: Resend returns its first response again, or accepts what it had not accepted.
   * Undefined: it must not be repeated.
   */
  private async repeat({ message, repeat }: LookupRequest<EmailMessage>): Promise<LookupResult | undefined> {
    if (!repeat || Date.now() - repeat.lostAt > REPLAY_WITHIN_MS || !repeat.mayStillSend() || unsupported(message))
      return undefined;
    const { reference, replay, mayStillSend } = repeat;
    const request = await this.requests.single(toEmail({ message, reference }), replay.key);
    if (digestOf(request.body ?? '') !== replay.digest) return undefined;
    const answer = await this.carry(request, mayStillSend);
    if (answer instanceof CallBroken) return { found: 'absent' };
    const id = answer.status < 300 ? acceptedId(answer) : undefined;
    if (id !== undefined) return { found: 'accepted', providerMessageId: id };
    return errorNameOf(answer) === 'invalid_idempotent_request' ? { found: 'accepted' } : { found: 'absent' };
  }

  override readonly receiptLookup: ReceiptLookup = {
    most: 1,
    ask: async ([mail]) => (mail ? this.askFor(mail) : { answered: true, of: [] }),
  };

  private async askFor(mail: TakenMessage): Promise<ReceiptAnswers> {
    const answer = await this.carry(await this.requests.retrieve(mail.providerMessageId));
    if (answer instanceof CallBroken) return { answered: false, mayNotAsk: false };
    if (answer.status === 404) return { answered: true, of: [{ known: false }] };
    const email = answer.status === 200 ? FetchedEmail.safeParse(readText(answer.body)).data : undefined;
    if (!email) return { answered: false, mayNotAsk: answer.status === 401 || answer.status === 403 };
    return { answered: true, of: [{ known: true, receipts: endsIn(email, mail, this.failures) }] };
  }

  async check(): Promise<ProviderCheck> {
    return readinessOf(await ask(this.http, await this.requests.domains()));
  }

  override async verifiedSenders(): Promise<VerifiedSenders | undefined> {
    return verifiedSendersOf(await ask(this.http, await this.requests.domains()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  private async carry(request: SdkRequest, mayStillSend?: () => boolean): Promise<HttpResponse | CallBroken> {
    try {
      return await this.http.call({ ...request, mayStillSend });
    } catch (error) {
      if (error instanceof CallBroken) return error;
      throw error;
    }
  }

  private singleResult(answer: HttpResponse): SendResult {
    if (answer.status >= 300) return { sent: false, failure: this.refusal(answer) };
    const id = acceptedId(answer);
    return id === undefined ? unreadable : { sent: true, providerMessageId: id };
  }

  private refusal(answer: HttpResponse): Failure {
    return (errorNameOf(answer) ?? '').includes('idempotent_request') ? keyInUse : failureOf(answer, this.failures);
  }

  private broken = (error: CallBroken): SendResult & { sent: false } => ({
    sent: false,
    failure: brokenCallFailure(this.name, error),
  });
}

/** A body of JSON; undefined where it is none. */
function readText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Until when the rate headers ask to wait: only where nothing remains. */
function holdBy({ headers }: HttpResponse): { holdUntil?: number } {
  const holdUntil = holdByHeaders(headers, Date.now());
  return holdUntil === undefined ? {} : { holdUntil };
}

/** The same result for all; the rate headers are reported once. */
const alike = (calls: readonly Call[], result: SendResult): BatchResponse => ({ results: calls.map(() => result) });

function mayBeAccepted(
  answer: HttpResponse | CallBroken,
  kindOf: (answer: HttpResponse) => Failure['kind'],
  members: number,
): boolean {
  if (answer instanceof CallBroken) return answer.written;
  return answer.status < 300 ? acceptedIds(answer, members) === undefined : kindOf(answer) === 'unknown';
}

const unreadable: SendResult = {
  sent: false,
  failure: ownFailure(
    'MSG_NO_MESSAGE_ID',
    'unknown',
    'backoff',
    'Resend answered without a message id for each e-mail; it may have taken them.',
    { provider: 'resend' },
  ),
};

/** Every call has a key of its own: if Resend knows the key already, the first call was this one. */
const keyInUse = ownFailure(
  'MSG_KEY_IN_USE',
  'unknown',
  'backoff',
  'Resend has this call already, and its answer was lost.',
  { provider: 'resend', httpStatus: 409 },
);
