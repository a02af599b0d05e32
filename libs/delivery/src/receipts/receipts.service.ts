import { contextFrom, count, counters, inSpan, SpanKind } from '#libs/telemetry';
import { allPublished } from '#libs/transport';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import { forbiddenByReceipt, type Receipt, receiptFact } from '#libs/providers';
import type { SuppressionsService } from '../suppressions/suppressions.service.ts';

/** Publishes the events of a provider's verified webhook, in the trace of their messages. It uses no database. */
export class ReceiptsService {
  private readonly outcomes: OutcomePublisher;
  private readonly suppressions: SuppressionsService;

  constructor(outcomes: OutcomePublisher, suppressions: SuppressionsService) {
    this.outcomes = outcomes;
    this.suppressions = suppressions;
  }

  /**
   * @throws InfrastructureDown when Kafka cannot be reached, so that the provider repeats the webhook
   * @throws RecordRefused when one was refused: all others are published
   */
  async record(receipts: readonly Receipt[]): Promise<void> {
    await allPublished(receipts.map((receipt) => this.publish(receipt)));
  }

  private async publish(receipt: Receipt): Promise<void> {
    count(counters.webhookEvents, { 'mi.provider': receipt.provider, 'mi.event': receipt.event });
    const fact = receiptFact(receipt, Date.now());
    const attributes = {
      'mi.provider': receipt.provider,
      'mi.event': receipt.event,
      'mi.status': fact.status,
      ...(fact.messageId && { 'messaging.message.id': fact.messageId }),
    };
    const parent = contextFrom({ traceparent: receipt.reference.traceparent });
    await inSpan(`${receipt.provider} receipt`, { kind: SpanKind.SERVER, attributes, parent }, async () => {
      const forbidden = forbiddenByReceipt(receipt, fact);
      await allPublished([
        this.outcomes.publishFact(fact),
        this.suppressions.record(forbidden.map((suppress) => ({ suppress }))),
      ]);
    });
  }
}
