import { type Topic, topics, UnreadableRecord } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { UndecodableBatch } from '../fetch/unread.ts';
import type { ConsumptionWatch } from '../partition/consumption-watch.ts';
import type { Publisher } from '../publisher.ts';
import { isDependencyDown, Stopping, unlessStopping, untilUp } from '../until-up.ts';
import { quarantineBatch, quarantineRecord } from './quarantine.ts';
import type { IncomingRecord } from './record.ts';

export interface RecordQuarantineOptions {
  publisher: Publisher;
  service: string;
  logger: Logger;
  watch: ConsumptionWatch;
  stopping: AbortSignal;
  /** Called after a record is quarantined, to end its message. */
  onQuarantine: ((record: IncomingRecord, error: unknown) => Promise<void>) | undefined;
}

/** Quarantines records that cannot be processed, and ends their messages. */
export class RecordQuarantine {
  private readonly options: RecordQuarantineOptions;

  constructor(options: RecordQuarantineOptions) {
    this.options = options;
  }

  /**
   * A record is never dropped and never blocks the partition: it is retried until Kafka has it and its message is
   * ended.
   * @returns whether that was done before the service stopped
   */
  async keep(record: IncomingRecord, error: unknown): Promise<boolean> {
    const { publisher, service, logger } = this.options;
    if (error instanceof UnreadableRecord && error.code !== 'MSG_ID_CONFLICT' && keeperOf(record.topic) !== service)
      return true;
    const level = error instanceof UnreadableRecord ? 'warn' : 'error';
    const recordId = { topic: record.topicName, partition: record.partition, offset: record.offset };
    if (record.topic.name === topics.unreadable.name) {
      // It is kept there already: kept once more it would be read, and kept, for ever.
      logger.error({ err: error, ...recordId }, 'a record of the unreadable topic cannot be handled, and stays there');
      return true;
    }
    logger[level]({ err: error, ...recordId }, 'a record is quarantined in the unreadable topic');
    // In this order: after a crash in between, both are repeated.
    const isKept = await this.untilDone(recordId, () => quarantineRecord(publisher, record, error, service));
    return isKept && this.untilDone(recordId, () => this.endMessage(record, error, recordId));
  }

  /** The message of a quarantined record must be ended; a fault in doing so must not block the partition. */
  private async endMessage(record: IncomingRecord, error: unknown, recordId: object): Promise<void> {
    try {
      await this.options.onQuarantine?.(record, error);
    } catch (err) {
      if (isDependencyDown(err) || err instanceof Stopping) throw err;
      this.options.logger.error(
        { err, ...recordId },
        'the message of a record that was quarantined could not be ended: it stays as it is',
      );
    }
  }

  /**
   * Each service that reads the topic reports the loss; one of them quarantines the batch.
   * @returns whether that was done before the service stopped
   */
  async keepBatch(record: IncomingRecord, batch: UndecodableBatch): Promise<boolean> {
    const { publisher, service, logger, watch } = this.options;
    const { topicName: topic, partition } = record;
    const { fault, detail, firstOffset, lastOffset, bytes } = batch;
    const recordId = { topic, partition, offset: firstOffset };
    logger.error(
      { ...recordId, lastOffset, fault, detail, bytes: bytes.length },
      'a batch cannot be decoded and is left out: its messages are lost to this service',
    );
    watch.leftOutBatch(topic, partition, batch);
    if (keeperOf(record.topic) !== service) return true;
    return this.untilDone(recordId, () => quarantineBatch(publisher, record, batch, service));
  }

  /** @returns whether it was done before the service stopped. */
  private async untilDone(recordId: object, work: () => Promise<void>): Promise<boolean> {
    const { stopping } = this.options;
    if (stopping.aborted) return false;
    const logger = this.options.logger.child(recordId);
    const waiting = 'a record waits to be quarantined';
    return unlessStopping(untilUp({ logger, stopping, canWait: () => true, waiting }, work));
  }
}

/**
 * Every consumer of a topic finds the same record unreadable: the first service that the map names quarantines it,
 * once.
 */
const keeperOf = (topic: Topic) => topic.to.find((party) => party !== 'upstream' && party !== 'operators');
