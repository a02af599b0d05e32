import { receiptMissingRecord } from '#libs/contracts';
import { Jobs } from '#libs/runtime';
import { Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { reportingConfig, type ReportingConfig } from '../reporting.config.ts';
import { missingReceipt, type TakenMessage } from './missing-receipt.policy.ts';
import { TakenMessages } from './taken-messages.port.ts';

/** Most messages that are asked for in one round. */
const PORTION = 500;

/**
 * Asks the channels about messages that a provider took, and of whose end nothing was heard. Reporting alone knows
 * them: it has read what was sent and every receipt (docs/adr/0040).
 */
@Injectable()
export class ReceiptRequests {
  private readonly askAfterMs: number;

  constructor(
    @Inject(TakenMessages) private readonly messages: TakenMessages,
    @Inject(Publisher) private readonly publisher: Pick<Publisher, 'publishAll'>,
    @Inject(reportingConfig.KEY) config: Pick<ReportingConfig, 'REPORTING_RECEIPT_ASK_AFTER_MS'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    this.askAfterMs = config.REPORTING_RECEIPT_ASK_AFTER_MS;
    const everyMs = Math.min(5_000, this.askAfterMs);
    jobs.add({ name: 'missing receipts', everyMs, round: () => this.round() });
  }

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<{ more: boolean }> {
    const asked = await this.messages.eachUnasked(this.askAfterMs, PORTION, (messages) => this.ask(messages));
    return { more: asked === PORTION };
  }

  private async ask(messages: readonly TakenMessage[]): Promise<void> {
    const missing = messages.flatMap((message) => missingReceipt(message) ?? []);
    await this.publisher.publishAll(missing.map(receiptMissingRecord));
  }
}
