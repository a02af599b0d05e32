import { contextFrom, inSpan, SpanKind } from '#libs/telemetry';
import type { Announcer } from './announcer.service.ts';
import { type Receipt, receiptFact } from './receipt.policy.ts';

/** Publishes what a provider's verified webhook tells, in the trace of the message it is about. No database on this path. */
export class ReceiptsService {
  private readonly announcer: Announcer;

  constructor(announcer: Announcer) {
    this.announcer = announcer;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached: the provider shall deliver it again. */
  async record(receipts: readonly Receipt[]): Promise<void> {
    await Promise.all(receipts.map((receipt) => this.publish(receipt)));
  }

  private async publish(receipt: Receipt): Promise<void> {
    const fact = receiptFact(receipt, Date.now());
    const attributes = {
      'mi.provider': receipt.provider,
      'mi.event': receipt.event,
      'mi.status': fact.status,
      ...(fact.messageId && { 'messaging.message.id': fact.messageId }),
    };
    const parent = contextFrom({ traceparent: receipt.reference.traceparent });
    await inSpan(`${receipt.provider} receipt`, { kind: SpanKind.SERVER, attributes, parent }, () => this.announcer.publishFact(fact));
  }
}
