import type { Failure } from '#libs/contracts';
import {
  FailureCatalogue,
  type LookupResult,
  ownFailure,
  Provider,
  type ProviderCall,
  type ProviderCheck,
  refusedFields,
  type SendResult,
  type VerifiedSenders,
  holdByHeaders,
  allMayStillSend,
  sendBatchBisecting,
} from '#libs/providers';
import { ask, brokenCallFailure, CallBroken, type HttpResponse, ProviderHttp } from '#libs/provider-http';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AttachmentsService } from '../../../attachments/attachments.service.ts';
import type { EmailMessage } from '../../../email-message.ts';
import { ActivityLookup } from './sendgrid.activity.adapter.ts';
import { fieldsNamedIn, membersNamedIn } from './sendgrid.answer.policy.ts';
import { unsupported, tooLarge } from './sendgrid.carry.policy.ts';
import type { SendgridConfig } from '../account/sendgrid.config.ts';
import { MOST_LISTED, readinessOf, verifiedSendersOf } from '../account/sendgrid.doctor.policy.ts';
import { sendgridFailures } from './sendgrid.failures.ts';
import { sendgridLimits } from './sendgrid.limits.ts';
import { MailBuilder } from './sendgrid.mail.adapter.ts';
import { plainBody, SEND_PATH } from './sendgrid.plain-mail.ts';
import { withoutSuffix } from '../webhook/sendgrid.events.policy.ts';
import { toMailData, batchKey } from './sendgrid.request.policy.ts';

type AdapterConfig = Pick<SendgridConfig, 'SENDGRID_TIMEOUT_MS' | 'SENDGRID_CONNECTIONS'> & {
  SENDGRID_API_KEY: string;
  SENDGRID_BASE_URL: string;
};

/** SendGrid: its own SDK builds and checks all mails except plain ones, our keep-alive pool sends them. */
export class SendgridAdapter extends Provider<EmailMessage> implements OnApplicationShutdown {
  readonly name = 'sendgrid';
  override readonly batchLimit = sendgridLimits.personalizations.most;
  private readonly failures = new FailureCatalogue('sendgrid', sendgridFailures);
  private readonly mails = new MailBuilder();
  private readonly http: ProviderHttp;
  private readonly headers: Record<string, string>;
  private readonly attachments: Pick<AttachmentsService, 'carry'>;
  override readonly receiptLookup: ActivityLookup;

  constructor(config: AdapterConfig, attachments: Pick<AttachmentsService, 'carry'>) {
    super();
    this.attachments = attachments;
    this.http = new ProviderHttp(
      'SENDGRID_BASE_URL',
      config.SENDGRID_BASE_URL,
      config.SENDGRID_TIMEOUT_MS,
      config.SENDGRID_CONNECTIONS,
    );
    this.headers = {
      authorization: `Bearer ${config.SENDGRID_API_KEY}`,
      'content-type': 'application/json',
      accept: 'application/json',
    };
    this.receiptLookup = new ActivityLookup(this.http, this.headers, this.failures);
  }

  /** SendGrid fetches no files: they are inserted before the last check whether the call may still start. */
  send(call: ProviderCall<EmailMessage>): Promise<SendResult> {
    return this.attachments.carry(this.name, call.message, call.reference, async (completed) => {
      if (!completed.complete) return { sent: false, failure: completed.failure };
      return (await this.post([{ ...call, message: completed.message }])).result;
    });
  }

  override unsupported(message: EmailMessage): Failure | undefined {
    return unsupported(message);
  }

  override batchKey(message: EmailMessage): string | undefined {
    return batchKey(message);
  }

  /** One call for all. */
  override sendBatch(calls: readonly ProviderCall<EmailMessage>[]): Promise<SendResult[]> {
    return sendBatchBisecting(calls, async (members) => {
      const { result, named } = await this.post(members);
      const refusedForContent = !result.sent && result.failure.kind === 'bad-content';
      return refusedForContent ? { refused: result, named } : { results: members.map(() => result) };
    });
  }

  /** One request. `named`: the members that a refusal names. */
  private async post(
    calls: readonly ProviderCall<EmailMessage>[],
  ): Promise<{ result: SendResult; named: Set<number> }> {
    const nobody = new Set<number>();
    const toBeChecked = calls[0]?.message.sandbox === true;
    let body: string;
    try {
      body = JSON.stringify(plainBody(calls) ?? (await this.mails.requestOf(toMailData(calls))).body);
    } catch {
      return { result: { sent: false, failure: refusedBySdk }, named: nobody };
    }
    const beyond = tooLarge(body);
    if (beyond) return { result: { sent: false, failure: beyond }, named: nobody };
    try {
      const mayStillSend = () => allMayStillSend(calls);
      const answer = await this.http.call({
        method: 'POST',
        path: SEND_PATH,
        headers: this.headers,
        body,
        mayStillSend,
      });
      const holdUntil = holdByHeaders(answer.headers, Date.now());
      const result = { ...this.resultOf(answer, toBeChecked), ...(holdUntil !== undefined && { holdUntil }) };
      return { result, named: answer.status === 400 ? membersNamedIn(answer.body) : nobody };
    } catch (error) {
      if (!(error instanceof CallBroken)) throw error;
      return { result: refused(brokenCallFailure(this.name, error), toBeChecked), named: nobody };
    }
  }

  async lookup({ callId }: { callId: string }): Promise<LookupResult> {
    try {
      const query = encodeURIComponent(`unique_args['mi_call_id']="${callId}"`);
      const answer = await this.http.call({
        method: 'GET',
        path: `/v3/messages?query=${query}&limit=1`,
        headers: this.headers,
      });
      // Email Activity is an add-on: without it, only the events show what happened.
      if (answer.status === 403 || answer.status === 404) return { found: 'unsupported' };
      if (answer.status !== 200) return { found: 'absent' };
      const { messages } = JSON.parse(answer.body) as { messages?: { msg_id?: unknown }[] };
      const id = messages?.[0]?.msg_id;
      return typeof id === 'string' ? { found: 'accepted', providerMessageId: withoutSuffix(id) } : { found: 'absent' };
    } catch {
      return { found: 'absent' };
    }
  }

  async check(): Promise<ProviderCheck> {
    return readinessOf(await ask(this.http, { method: 'GET', path: '/v3/scopes', headers: this.headers }));
  }

  override async verifiedSenders(): Promise<VerifiedSenders | undefined> {
    const listed = (path: string) =>
      ask(this.http, { method: 'GET', path: `${path}?limit=${MOST_LISTED}`, headers: this.headers });
    return verifiedSendersOf(await listed('/v3/whitelabel/domains'), await listed('/v3/verified_senders'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  /** `toBeChecked`: sent in SendGrid's own sandbox mode, where 200 (instead of 202) means that nothing was sent. */
  private resultOf(answer: HttpResponse, toBeChecked: boolean): SendResult {
    const id = answer.headers['x-message-id'];
    if (toBeChecked && answer.status === 200) return { sent: true, providerMessageId: '', validatedOnly: true };
    if (answer.status >= 200 && answer.status < 300) {
      if (typeof id === 'string' && id !== '') return { sent: true, providerMessageId: id };
      return {
        sent: false,
        failure: ownFailure(
          'MSG_NO_MESSAGE_ID',
          'unknown',
          'backoff',
          'SendGrid answered without a message id; it may have taken the message.',
          { provider: this.name },
        ),
      };
    }
    return refused(this.failureOf(answer), toBeChecked);
  }

  private failureOf({ status, headers, body }: HttpResponse): Failure {
    const codes = [...special(status, body), `http_${status}`];
    const failure = this.failures.failure(codes, {
      httpStatus: status,
      retryAfterMs: status === 429 ? waitOf(headers) : undefined,
    });
    return status === 400 ? { ...failure, ...refusedFields(fieldsNamedIn(body), 'SendGrid') } : failure;
  }
}

/** A check sends nothing, so it cannot be unconfirmed: it is repeated. */
function refused(failure: Failure, toBeChecked: boolean): SendResult {
  return {
    sent: false,
    failure:
      toBeChecked && failure.kind === 'unknown' ? { ...failure, kind: 'transient', remedy: checkAgain } : failure,
  };
}

const checkAgain = 'Nothing: it is checked again by itself until it expires.';

const refusedBySdk = ownFailure(
  'MSG_MAIL_REFUSED',
  'bad-content',
  'never',
  'The mail breaks a rule of SendGrid’s own library, so it was not sent.',
  {
    provider: 'sendgrid',
  },
);

/** Statuses whose meaning depends on the body (SendGrid’s reference, Mail Send). */
function special(status: number, body: string): string[] {
  if (status === 401 && body.includes('Maximum credits exceeded')) return ['http_401:maximum_credits_exceeded'];
  if (status === 403 && /"field"\s*:\s*"from/.test(body)) return ['http_403:from_not_verified'];
  return [];
}

/** The wait that a 429 asks for, in ms: Retry-After, or X-RateLimit-Reset (unix seconds). */
function waitOf(headers: HttpResponse['headers']): number | undefined {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after) && after > 0) return after * 1000;
  const reset = Number(headers['x-ratelimit-reset']);
  return Number.isFinite(reset) && reset > 0 ? Math.max(0, reset * 1000 - Date.now()) : undefined;
}
