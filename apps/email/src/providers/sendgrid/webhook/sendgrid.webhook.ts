import type { KeyObject } from 'node:crypto';
import { bytesOf, FailureCatalogue, readJson, type Receipt, type WebhookRequest } from '#libs/providers';
import type { SuppressionChange, WebhookContext, WebhookIntake } from '#libs/delivery';
import type { Logger } from '#libs/telemetry';
import { noSuchWebhook, signatureRefused } from '../../webhook-refusals.ts';
import type { SendgridConfig } from '../account/sendgrid.config.ts';
import { type OtherSendgridEvent, sorted } from '../send/sendgrid.batch.policy.ts';
import { eventsOf, type ReadEvent } from './sendgrid.events.policy.ts';
import { sendgridFailures } from '../send/sendgrid.failures.ts';
import { isGenuine, publicKeysOf } from './sendgrid.signature.policy.ts';

/** SendGrid's event webhook: verify the raw body, map, publish, respond with 2xx. */
export class SendgridWebhook {
  private readonly intake: WebhookIntake;
  private readonly logger: Logger;
  private readonly keys: KeyObject[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('sendgrid', sendgridFailures);

  constructor({ settings, intake, logger, hashKey }: WebhookContext<SendgridConfig, unknown>) {
    this.intake = intake;
    this.logger = logger;
    const { SENDGRID_WEBHOOK_PUBLIC_KEY: keys, SENDGRID_WEBHOOK_TOLERANCE_S: toleranceS } = settings;
    this.keys = keys === undefined ? [] : publicKeysOf(keys);
    this.toleranceMs = toleranceS * 1000;
    this.hashKey = hashKey;
  }

  async receive({ rawBody, header }: WebhookRequest): Promise<undefined> {
    if (this.keys.length === 0) throw noSuchWebhook('SENDGRID_API_KEY');
    const signature = header('x-twilio-email-event-webhook-signature');
    const timestamp = header('x-twilio-email-event-webhook-timestamp');
    if (!isGenuine({ signature, timestamp, rawBody }, this.keys, this.toleranceMs, Date.now())) {
      throw signatureRefused(
        this.logger,
        { provider: 'sendgrid', rawBody, signature },
        'Compare SENDGRID_WEBHOOK_PUBLIC_KEY with the key on the event webhook’s settings page.',
      );
    }
    await this.take(rawBody, Date.now());
  }

  /** A genuine request is never refused: what cannot be used is kept. `now`: ms since 1970. */
  private async take(rawBody: Buffer, now: number): Promise<void> {
    const { otherEvents, receipts, suppressions } = this.intake;
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
    const givenFor = (made: Receipt | SuppressionChange) => eventGiven(found.madeOf.get(made)!);
    await inPortions(found.receipts, async (portion) => {
      const refusals = await receipts.recordEach(portion);
      await forEach([...refusals.entries()], async ([at, refusal]) => {
        if (refusal) await otherEvents.keepRefused(givenFor(portion[at]!), refusal);
      });
    });
    await inPortions(found.suppressions, (portion) =>
      forEach(portion, (change) =>
        otherEvents.publishOrKeep({ event: () => givenFor(change), publish: () => suppressions.record([change]) }),
      ),
    );
    await inPortions(found.others, (portion) => forEach(portion, (other) => this.keep(other)));
  }

  private async keep({ given, event, lacks }: OtherSendgridEvent): Promise<void> {
    await this.intake.otherEvents.keep({ ...eventGiven({ given, event }), lacks });
    if (event?.event === 'account_status_change')
      this.logger.error(
        { provider: 'sendgrid' },
        'SendGrid has changed the status of the account: look at its console',
      );
  }
}

/** Maximum number of events of a request that are being published at a time: SendGrid sends up to 768 KB at once. */
const PORTION = 1_000;

/** In portions, one after another and in order, so that a huge request needs little memory. */
async function inPortions<T>(all: readonly T[], work: (portion: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += PORTION) await work(all.slice(from, from + PORTION));
}

const forEach = <T>(portion: readonly T[], work: (one: T) => Promise<unknown>) => Promise.all(portion.map(work));

const eventGiven = ({ given, event }: ReadEvent) => ({
  provider: 'sendgrid',
  type: event?.event,
  id: event?.sg_event_id,
  body: bytesOf(given),
});
