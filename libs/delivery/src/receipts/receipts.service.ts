import { gather, type MicroBatch } from '#libs/batching';
import type { RecordRefused, StatusChanged, SuppressionChanged } from '#libs/contracts';
import { contextFrom, count, counters, OpenSpan, SpanKind, underContext } from '#libs/telemetry';
import { firstRefusal } from '#libs/transport';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import { forbiddenByReceipt, type Receipt, receiptFact } from '#libs/providers';
import type { SuppressionsService } from '../suppressions/suppressions.service.ts';

/** A receipt on its way to Kafka. */
interface Reported {
  fact: StatusChanged;
  /** Suppressions that follow from it. */
  forbidden: readonly SuppressionChanged[];
  span: OpenSpan;
}

/** Undefined: all its records are published. In an object, since a batch takes an error for a rejection. */
type Answer = { refusal: RecordRefused } | undefined;

/** Maximum number of receipts in one produce request. */
const BATCH = 500;
/** How long the first receipt of a batch waits for others under low load, in milliseconds. */
const LINGER_MS = 2;

/**
 * Publishes the events of a provider's verified webhook, in the trace of their messages. Receipts of webhooks that
 * arrive within a few milliseconds share a produce request. It uses no database.
 */
export class ReceiptsService {
  private readonly outcomes: Pick<OutcomePublisher, 'publishAll'>;
  private readonly suppressions: Pick<SuppressionsService, 'record'>;
  private readonly batch: MicroBatch<Reported, Answer>;

  constructor(outcomes: Pick<OutcomePublisher, 'publishAll'>, suppressions: Pick<SuppressionsService, 'record'>) {
    this.outcomes = outcomes;
    this.suppressions = suppressions;
    const nobodysFault = () => false;
    this.batch = gather({ size: BATCH, lingerMs: LINGER_MS, isOneEntrys: nobodysFault }, (reported) =>
      this.publish(reported),
    );
  }

  /**
   * @throws InfrastructureDown when Kafka cannot be reached, so that the provider repeats the webhook
   * @throws RecordRefused when one was refused: all others are published
   */
  async record(receipts: readonly Receipt[]): Promise<void> {
    const refusal = (await this.recordEach(receipts)).find((answer) => answer !== undefined);
    if (refusal) throw refusal;
  }

  /**
   * As `record`, with a result for each receipt.
   * @returns in their order, the refusal of one of its records, all its others being published; undefined: none
   * @throws InfrastructureDown when Kafka cannot be reached, so that the provider repeats the webhook
   */
  async recordEach(receipts: readonly Receipt[]): Promise<(RecordRefused | undefined)[]> {
    const now = Date.now();
    const answers = await Promise.all(receipts.map((receipt) => this.batch.add(reportedOf(receipt, now))));
    return answers.map((answer) => answer?.refusal);
  }

  private async publish(all: readonly Reported[]): Promise<Answer[]> {
    try {
      const refusals = await this.outcomes.publishAll(
        all.map(({ fact, span }) => ({ events: { facts: [fact] }, context: span.context })),
      );
      // Few receipts forbid anything: bounces, complaints, opt-outs.
      const forbidding = [...all.entries()].filter(([, { forbidden }]) => forbidden.length > 0);
      await Promise.all(
        forbidding.map(async ([at, reported]) => {
          const refusal = await this.forbid(reported);
          refusals[at] ??= refusal;
        }),
      );
      return all.map(({ span }, at) => {
        const refusal = refusals[at] as RecordRefused | undefined;
        span.end(refusal);
        return refusal && { refusal };
      });
    } catch (error) {
      for (const { span } of all) span.end(error);
      throw error;
    }
  }

  private forbid({ forbidden, span }: Reported): Promise<RecordRefused | undefined> {
    return underContext(span.context, () => firstRefusal([this.suppressions.record(forbidden.map(suppressing))]));
  }
}

const suppressing = (suppress: SuppressionChanged) => ({ suppress });

function reportedOf(receipt: Receipt, now: number): Reported {
  const { provider, event, reference } = receipt;
  if (receipt.source === undefined) count(counters.webhookEvents, { 'mi.provider': provider, 'mi.event': event });
  const fact = receiptFact(receipt, now);
  const attributes = {
    'mi.provider': provider,
    'mi.event': event,
    'mi.status': fact.status,
    ...(fact.messageId && { 'messaging.message.id': fact.messageId }),
  };
  const parent = contextFrom({ traceparent: reference.traceparent });
  const span = new OpenSpan(`${provider} receipt`, { kind: SpanKind.SERVER, attributes, parent });
  return { fact, forbidden: forbiddenByReceipt(receipt, fact), span };
}
