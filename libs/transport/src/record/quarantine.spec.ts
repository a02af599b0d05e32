import { RecordRefused, topics, UnreadableRecord } from '#libs/contracts';
import type { Outgoing, Publisher } from '../publisher.ts';
import type { IncomingRecord } from './record.ts';
import { quarantineRecord } from './quarantine.ts';
import { describe, expect, it } from '@jest/globals';

const MIB = 1024 * 1024;

const aRecord = (value: Buffer, headers: Record<string, string>): IncomingRecord => ({
  topic: topics.sendDeferred,
  topicName: 'messaging.send.deferred',
  lane: 'transactional',
  partition: 3,
  offset: 7,
  key: Buffer.from('m-1'),
  value,
  headers,
  timestamp: 0,
  bytes: 0,
});

const sizeOf = ({ key, value, headers = {} }: Outgoing) =>
  (key?.length ?? 0) + (value as Buffer).length + JSON.stringify(headers).length;

/** As Kafka accepts records of at most 2 MiB, headers included. */
function aPublisher(kept: Outgoing[]): Publisher {
  const publish = async (record: Outgoing) => {
    if (sizeOf(record) > 2 * MIB) throw new RecordRefused(record.topic.name);
    kept.push(record);
  };
  return { publish } as unknown as Publisher;
}

describe('a record that is quarantined', () => {
  it('is kept as it was read', async () => {
    const kept: Outgoing[] = [];
    const value = Buffer.alloc(MIB, 'x');
    await quarantineRecord(
      aPublisher(kept),
      aRecord(value, { note: 'upstream’s' }),
      new UnreadableRecord('no'),
      'retry',
    );
    expect(kept[0]!.value).toBe(value);
    expect(kept[0]).toMatchObject({
      headers: { note: 'upstream’s', 'x-origin-offset': '7', 'x-error-code': 'MSG_UNREADABLE' },
    });
    expect(kept[0]!.headers).not.toHaveProperty('x-value-bytes');
  });

  it.each([
    ['with what is said of it', Buffer.alloc(2 * MIB - 100, 'x'), {}],
    ['with its own headers', Buffer.alloc(MIB, 'x'), { note: 'y'.repeat(1.5 * MIB) }],
  ])('is truncated to a size that fits where it is too large together %s', async (_, value, headers) => {
    const kept: Outgoing[] = [];
    await quarantineRecord(aPublisher(kept), aRecord(value, headers), new UnreadableRecord('no'), 'retry');
    expect(kept).toHaveLength(1);
    expect((kept[0]!.value as Buffer).equals(value.subarray(0, MIB))).toBe(true);
    expect(kept[0]!.headers).toMatchObject({
      'x-value-bytes': String(value.length),
      'x-origin-topic': 'messaging.send.deferred',
      'x-error-code': 'MSG_UNREADABLE',
    });
  });
});
