import { FailureCatalogue, oddFields, readJson, type WebhookRequest } from '#libs/providers';
import type { WebhookContext, WebhookIntake } from '#libs/delivery';
import type { Logger } from '#libs/telemetry';
import { noSuchWebhook, signatureRefused } from '../../webhook-refusals.ts';
import type { ResendConfig } from '../account/resend.config.ts';
import { eventOf, type ResendEvent } from './resend.events.policy.ts';
import { resendFailures } from '../send/resend.failures.ts';
import { isAboutMail, toReceipts } from './resend.receipts.policy.ts';
import { isGenuine, secretsOf } from './resend.signature.policy.ts';
import { isAboutList, listChangeOf } from './resend.suppressions.policy.ts';

/** Resend's webhook, one event per request: verify the raw body, map, publish, respond with 2xx. */
export class ResendWebhook {
  private readonly intake: WebhookIntake;
  private readonly logger: Logger;
  private readonly secrets: Buffer[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('resend', resendFailures);

  constructor({ settings, intake, logger, hashKey }: WebhookContext<ResendConfig, unknown>) {
    this.intake = intake;
    this.logger = logger;
    const { RESEND_WEBHOOK_SECRET: secrets, RESEND_WEBHOOK_TOLERANCE_S: toleranceS } = settings;
    this.secrets = secrets === undefined ? [] : secretsOf(secrets);
    this.toleranceMs = toleranceS * 1000;
    this.hashKey = hashKey;
  }

  async receive({ rawBody, header }: WebhookRequest): Promise<undefined> {
    if (this.secrets.length === 0) throw noSuchWebhook('RESEND_API_KEY');
    const [id, timestamp, signature] = [header('svix-id'), header('svix-timestamp'), header('svix-signature')];
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

  /** A genuine event is never refused: if it cannot be used, it is kept. `now`: ms since 1970. */
  private async take(rawBody: Buffer, id: string, now: number): Promise<void> {
    const { receipts, suppressions, suppressed, otherEvents } = this.intake;
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

/** What is missing in an event of a known type; undefined: nothing. */
function lacking(event: ResendEvent, failures: FailureCatalogue): string | undefined {
  if (event.type === '') return 'type';
  if (isAboutList(event)) return 'data.email';
  return isAboutMail(event, failures) ? 'data.email_id, and our reference in data.tags or data.headers' : undefined;
}
