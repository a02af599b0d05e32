import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs, { type Message, type Producer, type ProducerBatch } from 'kafkajs';
import { keyPartitioner } from '../../partition/partition.policy.ts';
import { groupLinearly } from './linear-grouping.ts';

type Grouped = Record<string, Message[]>;
type Partitioner = ReturnType<typeof keyPartitioner>;
type Group = (asked: {
  topic: string;
  partitionMetadata: object[];
  messages: Message[];
  partitioner: Partitioner;
}) => Grouped;

const group = createRequire(import.meta.url)('kafkajs/src/producer/groupMessagesPerPartition.js') as Group;
const partitions = Array.from({ length: 6 }, (_, partitionId) => ({ partitionId, leader: 1 }));

/** A producer that records what kafkajs's producer would get. */
class Recording {
  producer(options: { createPartitioner?: typeof keyPartitioner } = {}): Producer {
    const partitioner = options.createPartitioner!();
    const sendBatch = ({ topicMessages = [] }: ProducerBatch) =>
      topicMessages.map(({ topic, messages }) =>
        group({ topic, partitionMetadata: topic === 'empty' ? [] : partitions, messages, partitioner }),
      );
    return { sendBatch } as unknown as Producer;
  }
}
groupLinearly(Recording as unknown as Parameters<typeof groupLinearly>[0]);

const message = fc.record({ key: fc.option(fc.string({ maxLength: 5 })), value: fc.string({ maxLength: 5 }) });

describe('messages that go to the partitions of a topic', () => {
  it('are grouped as kafkajs groups them, by our partitioner or its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(message, { maxLength: 40 }), { maxLength: 3 }),
        fc.boolean(),
        (lists, byKafkaJs) => {
          // Its own partitioner starts with a random partition where there is no key.
          const sent = byKafkaJs ? lists.map((list) => list.map((each) => ({ ...each, key: each.key ?? 'k' }))) : lists;
          const create = byKafkaJs ? kafkajs.Partitioners.DefaultPartitioner : keyPartitioner;
          const topicMessages = sent.map((messages, index) => ({ topic: `t${index}`, messages }));
          const producer = new Recording().producer(byKafkaJs ? {} : { createPartitioner: create });
          const partitioner = create();
          const expected = topicMessages.map(({ topic, messages }) =>
            group({ topic, partitionMetadata: partitions, messages, partitioner }),
          );
          expect(producer.sendBatch({ topicMessages })).toEqual(expected);
        },
      ),
    );
  });

  it('are passed to the partitioner once each', () => {
    const messages = Array.from({ length: 20_000 }, (_, index) => ({ key: `${index}`, value: 'a' }));
    let asked = 0;
    const createPartitioner = () => () => (asked++ % 2 === 0 ? 0 : 1);
    const [groups] = new Recording()
      .producer({ createPartitioner })
      .sendBatch({ topicMessages: [{ topic: 't', messages }] }) as unknown as Grouped[];
    expect(asked).toBe(20_000);
    expect(Object.values(groups!).map(({ length }) => length)).toEqual([10_000, 10_000]);
  });

  it('are left to kafkajs where the topic has no partition', () => {
    const topicMessages = [{ topic: 'empty', messages: [{ value: 'a' }] }];
    expect(new Recording().producer({ createPartitioner: keyPartitioner }).sendBatch({ topicMessages })).toEqual([{}]);
  });
});
