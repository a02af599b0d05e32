import {
  bareFact,
  channelRegistry,
  type DeadLetter,
  factHeaders,
  factRecord,
  handoverHeaders,
  RecordRefused,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  topics,
} from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { type Outgoing, Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { OutcomePublisher } from './outcome-publisher.port.ts';
import { slimLetter } from './facts.policy.ts';

/** Publishes to Kafka. What breaks its contract, or is too large, is reported without what is not needed. */
@Injectable()
export class KafkaOutcomePublisher extends OutcomePublisher {
  constructor(
    @Inject(Publisher) private readonly publisher: Publisher,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'error'>,
  ) {
    super();
  }

  async facts(facts: readonly StatusChanged[]): Promise<void> {
    await Promise.all(facts.map((fact) => this.publish(factRecord(fact), () => factRecord(bareFact(fact)))));
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    const record = (value: DeadLetter): Outgoing => ({
      topic: topics.deadLetters,
      key: letter.messageId,
      value,
      headers: handoverHeaders(letter),
    });
    await this.publish(record(letter), () => record(slimLetter(letter)));
  }

  async planned(planned: SendPlanned): Promise<void> {
    await this.publisher.publish({
      topic: topics.sendPlanned,
      key: planned.messageId,
      value: planned,
      headers: factHeaders({ channel: planned.channel, source: 'retry' }),
    });
  }

  async due(due: SendDue): Promise<void> {
    const key = due.key === null ? null : Buffer.from(due.key, 'base64');
    await this.publisher.publish({
      topic: channelRegistry[due.channel].due,
      lane: due.lane,
      key,
      value: due,
      headers: handoverHeaders(due),
    });
  }

  private async publish(record: Outgoing, inShort: () => Outgoing): Promise<void> {
    try {
      await this.publisher.publish(record);
    } catch (err) {
      if (!(err instanceof RecordRefused)) throw err;
      this.logger.error({ err, topic: record.topic.name }, 'a record was refused and is reported in short');
      await this.publisher.publish(inShort());
    }
  }
}
