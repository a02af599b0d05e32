import type { KeyObject } from 'node:crypto';
import { bytesOf, FailureCatalogue, readJson, type Receipt } from '#libs/providers';
import type { EmailRequested } from '#libs/contracts';
import { DeliveryEngine, type SuppressionChange } from '#libs/delivery';
import { BodyAsBytes, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, Headers, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import type { EmailMessage } from '../../../email-message.ts';
import type { EmailConfig } from '../../../email.config.ts';
import { noSuchWebhook, signatureRefused } from '../../webhook-refusals.ts';
import { type OtherSendgridEvent, sorted } from '../send/sendgrid.batch.policy.ts';
import { eventsOf, type ReadEvent } from './sendgrid.events.policy.ts';
import { sendgridFailures } from '../send/sendgrid.failures.ts';
import { isGenuine, publicKeysOf } from './sendgrid.signature.policy.ts';

/** SendGrid's event webhook: verify over the raw body, map, publish, 2xx. */
@Controller('webhooks/sendgrid')
export class SendgridWebhookController {
  private readonly engine: DeliveryEngine<EmailRequested, EmailMessage>;
  private readonly logger: Logger;
  private readonly keys: KeyObject[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('sendgrid', sendgridFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<EmailRequested, EmailMessage>,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<EmailConfig, true>,
  ) {
    this.engine = engine;
    this.logger = logger;
    const keys: string | undefined = config.get('SENDGRID_WEBHOOK_PUBLIC_KEY');
    this.keys = keys === undefined ? [] : publicKeysOf(keys);
    this.toleranceMs = config.get('SENDGRID_WEBHOOK_TOLERANCE_S') * 1000;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post()
  @BodyAsBytes()
  @HttpCode(204)
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('x-twilio-email-event-webhook-signature') signature: string | undefined,
    @Headers('x-twilio-email-event-webhook-timestamp') timestamp: string | undefined,
  ): Promise<void> {
    if (this.keys.length === 0) throw noSuchWebhook('SENDGRID_API_KEY');
    const rawBody = request.rawBody ?? Buffer.alloc(0);
    if (!isGenuine({ signature, timestamp, rawBody }, this.keys, this.toleranceMs, Date.now())) {
      throw signatureRefused(
        this.logger,
        { provider: 'sendgrid', rawBody, signature },
        'Compare SENDGRID_WEBHOOK_PUBLIC_KEY with the key on the event webhook’s settings page.',
      );
    }
    await this.take(rawBody, Date.now());
  }

  /** What is genuine is never refused: what cannot be used is kept. `now`: ms since 1970. */
  private async take(rawBody: Buffer, now: number): Promise<void> {
    const { otherEvents, receipts, suppressions } = this.engine;
    const body = readJson(rawBody);
    if (!body)
      return otherEvents.keep({
        provider: 'sendgrid',
        type: undefined,
        id: undefined,
        body: rawBody,
        lacks: 'a body of JSON',
      });
    const found = sorted(eventsOf(body.value), this.failures, this.hashKey, now);
    for (const { type, fields } of found.odd) otherEvents.odd({ provider: 'sendgrid', type, fields });
    const orKeep = (made: Receipt | SuppressionChange, publish: () => Promise<unknown>) =>
      otherEvents.publishOrKeep({ event: () => eventGiven(found.madeOf.get(made)!), publish });
    await inPortions(found.receipts, (receipt) => orKeep(receipt, () => receipts.record([receipt])));
    await inPortions(found.suppressions, (word) => orKeep(word, () => suppressions.record([word])));
    await inPortions(found.others, (other) => this.keep(other));
  }

  private async keep({ given, event, lacks }: OtherSendgridEvent): Promise<void> {
    await this.engine.otherEvents.keep({ ...eventGiven({ given, event }), lacks });
    if (event?.event === 'account_status_change')
      this.logger.error(
        { provider: 'sendgrid' },
        'SendGrid has changed the status of the account: look at its console',
      );
  }
}

/** Most events of a delivery that are on their way to Kafka at a time: SendGrid sends up to 768 KB at once. */
const PORTION = 1_000;

/** One portion after the other, so that a huge delivery holds little memory; in their order. */
async function inPortions<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += PORTION) await Promise.all(all.slice(from, from + PORTION).map(work));
}

const eventGiven = ({ given, event }: ReadEvent) => ({
  provider: 'sendgrid',
  type: event?.event,
  id: event?.sg_event_id,
  body: bytesOf(given),
});
