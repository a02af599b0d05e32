import type { EmailRequested } from '#libs/contracts';
import { FailureCatalogue, oddFields, readJson } from '#libs/providers';
import { DeliveryEngine } from '#libs/delivery';
import { BodyAsBytes, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, Headers, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import type { EmailMessage } from '../../../email-message.ts';
import type { EmailConfig } from '../../../email.config.ts';
import { noSuchWebhook, signatureRefused } from '../../webhook-refusals.ts';
import { eventOf, type ResendEvent } from './resend.events.policy.ts';
import { resendFailures } from '../send/resend.failures.ts';
import { isAboutMail, toReceipts } from './resend.receipts.policy.ts';
import { isGenuine, secretsOf } from './resend.signature.policy.ts';
import { isAboutList, listChangeOf } from './resend.suppressions.policy.ts';

/** Resend's webhooks, one event each: verify over the raw body, map, publish, 2xx. */
@Controller('webhooks/resend')
export class ResendWebhookController {
  private readonly engine: DeliveryEngine<EmailRequested, EmailMessage>;
  private readonly logger: Logger;
  private readonly secrets: Buffer[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('resend', resendFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<EmailRequested, EmailMessage>,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<EmailConfig, true>,
  ) {
    this.engine = engine;
    this.logger = logger;
    const secrets: string | undefined = config.get('RESEND_WEBHOOK_SECRET');
    this.secrets = secrets === undefined ? [] : secretsOf(secrets);
    this.toleranceMs = config.get('RESEND_WEBHOOK_TOLERANCE_S') * 1000;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post()
  @BodyAsBytes()
  @HttpCode(204)
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('svix-id') id: string | undefined,
    @Headers('svix-timestamp') timestamp: string | undefined,
    @Headers('svix-signature') signature: string | undefined,
  ): Promise<void> {
    if (this.secrets.length === 0) throw noSuchWebhook('RESEND_API_KEY');
    const rawBody = request.rawBody ?? Buffer.alloc(0);
    if (!isGenuine({ id, timestamp, signature, rawBody }, this.secrets, this.toleranceMs, Date.now())) {
      throw signatureRefused(
        this.logger,
        { provider: 'resend', rawBody, signature },
        'Compare RESEND_WEBHOOK_SECRET with the signing secret on the webhook’s page, and this machine’s clock ' +
          'with the time.',
      );
    }
    await this.take(rawBody, id!, Date.now());
  }

  /** What is genuine is never refused: what cannot be used is kept. `now`: ms since 1970. */
  private async take(rawBody: Buffer, id: string, now: number): Promise<void> {
    const { receipts, suppressions, suppressed, otherEvents } = this.engine;
    const body = readJson(rawBody);
    const event = eventOf(body?.value);
    const keep = (lacks?: string) =>
      otherEvents.keep({ provider: 'resend', type: event?.type, id, body: rawBody, lacks });
    if (!event) return keep(body ? 'fields: it is no object' : 'a body of JSON');
    otherEvents.odd({ provider: 'resend', type: event.type, fields: oddFields(body?.value, event) });
    const reported = toReceipts(event, this.failures, this.hashKey);
    const change = reported.length > 0 ? undefined : listChangeOf(event, this.hashKey, now);
    if (reported.length === 0 && !change) return keep(lacking(event, this.failures));
    await otherEvents.publishOrKeep({
      event: () => ({ provider: 'resend', type: event.type, id, body: rawBody }),
      publish: () => {
        if (!change) return receipts.record(reported);
        return 'added' in change
          ? suppressions.record([{ suppress: change.added }])
          : suppressions.withdraw(change.removed, suppressed);
      },
    });
  }
}

/** What an event lacks that we could use else; undefined: nothing. */
function lacking(event: ResendEvent, failures: FailureCatalogue): string | undefined {
  if (event.type === '') return 'type';
  if (isAboutList(event)) return 'data.email';
  return isAboutMail(event, failures) ? 'data.email_id, and our reference in data.tags or data.headers' : undefined;
}
