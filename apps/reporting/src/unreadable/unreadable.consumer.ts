import { Channel, channelRegistry, topicNames, topics } from '#libs/contracts';
import { type AllSettings, SETTINGS } from '#libs/runtime';
import { On, readJsonLeniently, RecordContext, recordIdOf } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import { UnreadableRecords } from './unreadable.port.ts';
import { unreadableRow } from './unreadable-row.policy.ts';

/** Follows what is quarantined: cause and place, never the bytes. */
@Controller()
export class UnreadableConsumer {
  private readonly requests: ReadonlyMap<string, string>;

  constructor(
    @Inject(UnreadableRecords) private readonly records: Pick<UnreadableRecords, 'keep'>,
    @Inject(SETTINGS) { KAFKA_TOPIC_PREFIX: prefix }: AllSettings,
  ) {
    this.requests = new Map(
      Channel.options.flatMap((channel) =>
        topicNames(channelRegistry[channel].requested, String(prefix)).map((name) => [name, channel] as const),
      ),
    );
  }

  @On(topics.unreadable)
  onUnreadable(@Ctx() { record }: RecordContext): Promise<void> {
    const { partition, offset, headers, key, value, timestamp } = record;
    const isRequest = this.requests.has(headers['x-origin-topic'] ?? '');
    const row = unreadableRow(
      {
        recordId: recordIdOf(record),
        partition,
        offset: Number(offset),
        headers,
        keyBytes: key?.length ?? 0,
        valueBytes: value?.length ?? 0,
        timestamp,
        json: isRequest ? readJsonLeniently(value) : undefined,
      },
      this.requests,
    );
    return this.records.keep(row);
  }
}
