import {
  bareFact,
  factRecord,
  handoverHeaders,
  identityKey,
  RecordRefused,
  type SendDeferred,
  topics,
  type StatusChanged,
} from '#libs/contracts';
import { type Logger, traceHeaders } from '#libs/telemetry';
import { firstRefusal, type Publisher } from '#libs/transport';
import type { OutcomeEvents } from './events.policy.ts';
import { mustBeAcknowledged } from '../handover/handover.policy.ts';
import type { Handovers } from '../handover/handovers.port.ts';
import { SuppressionsService } from '../suppressions/suppressions.service.ts';

/** Publishes what became of a hop. */
export class OutcomePublisher {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly handovers: Pick<Handovers, 'keep'> | undefined;
  private readonly suppressions: SuppressionsService;
  private readonly logger: Pick<Logger, 'error'> | undefined;

  /** @param handovers where hand-overs are kept until retry has decided on them; undefined: nowhere */
  constructor(
    publisher: Pick<Publisher, 'publish'>,
    handovers?: Pick<Handovers, 'keep'>,
    logger?: Pick<Logger, 'error'>,
  ) {
    this.publisher = publisher;
    this.handovers = handovers;
    this.suppressions = new SuppressionsService(publisher);
    this.logger = logger;
  }

  /**
   * @throws InfrastructureDown when Kafka or Postgres cannot be reached; repeating is safe, since ids are derived.
   * RecordRefused when the hand-over or the suppression cannot go: all else has gone.
   */
  async publish({ facts, deferred, suppresses }: OutcomeEvents): Promise<void> {
    const handedOver = deferred && (await this.kept(deferred));
    const records = facts.map((fact) => this.publishFact(fact));
    if (suppresses) records.push(this.suppressions.record([{ suppress: suppresses }]));
    const refusal = await firstRefusal(records);
    // Last: retry's answer to it ends the watch over this hop, and with it every occasion to tell the facts once more.
    if (handedOver) await this.handOver(handedOver);
    if (refusal) throw refusal;
  }

  async handOver(deferred: SendDeferred): Promise<void> {
    await this.publisher.publish({
      topic: topics.sendDeferred,
      key: deferred.messageId,
      value: deferred,
      headers: handoverHeaders(deferred),
    });
  }

  /**
   * Where something beside the status breaks the contract, the status is reported all the same. @throws
   * InfrastructureDown
   */
  async publishFact(fact: StatusChanged): Promise<void> {
    try {
      await this.publisher.publish(factRecord(fact));
    } catch (err) {
      if (!(err instanceof RecordRefused)) throw err;
      this.logger?.error(
        { err, eventId: fact.eventId, status: fact.status },
        'a fact breaks its contract: its bare status is told',
      );
      await this.publisher.publish(factRecord(bareFact(fact)));
    }
  }

  private async kept(deferred: SendDeferred): Promise<SendDeferred> {
    if (!this.handovers || !mustBeAcknowledged(deferred)) return deferred;
    const asking = { ...deferred, acknowledge: true };
    await this.handovers.keep(identityKey(deferred), { deferred: asking, trace: traceHeaders() });
    return asking;
  }
}
