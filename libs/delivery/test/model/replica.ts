import { silentLogger } from '#libs/testing';
import {
  type Every,
  type IncomingRecord,
  type KafkaConfig,
  kafkaSettings,
  KeyedConsumer,
  oneByOne,
  recordIdOf,
} from '#libs/transport';
import { z } from 'zod';
import { ChannelWorker } from './channel-worker.ts';
import { RetryWorker } from './retry-worker.ts';
import type { Step } from './history.ts';
import { Process, type Scheduler } from './scheduler.ts';
import { Member } from './sim-kafka.ts';
import type { World } from './world.ts';

export type Service = 'email' | 'retry';

const config: KafkaConfig = z.object(kafkaSettings).parse({ KAFKA_TOPIC_PREFIX: '' });
const logger = silentLogger();

/** One replica of a service: a process, its membership in the group, and the real consumer that feeds its handlers. */
export interface Replica {
  readonly service: Service;
  readonly process: Process;
  readonly member: Member;
  /** The consumer's interval: commits what is finished. */
  commit(): void;
  /** Retry only: one round of its loop. */
  release(): void;
  /** One check for published messages without an answer. */
  look(): void;
}

export async function startReplica(service: Service, name: string, world: World): Promise<Replica> {
  const process = new Process(name);
  const member = new Member(process, service, world.broker, world.scheduler, world.variant.commitsWhatWasGivenAway);
  const worker = service === 'email' ? new ChannelWorker(member, world) : new RetryWorker(member, world);
  // The transport skips a record that cannot be read any more, and counts it as finished.
  const deal = (record: IncomingRecord) =>
    world.broker.isLost(recordIdOf(record)) ? Promise.resolve(true) : worker.handle(record);
  const handle = oneByOne(deal);
  // Nothing runs by itself: the history decides when the consumer commits, and its check for inactivity, set up before,
  // never runs.
  const repeated: (() => void)[] = [];
  const every: Every = (_ms, work) => {
    repeated.push(work);
    return () => undefined;
  };
  const consumer = new KeyedConsumer({
    kafka: member.kafka,
    config,
    groupId: service,
    topics: worker.topics,
    handle,
    logger,
    every,
  });
  await consumer.start();
  const commit = repeated.at(-1)!;
  return {
    service,
    process,
    member,
    commit,
    release: () => worker instanceof RetryWorker && worker.release(),
    look: () => worker.look(),
  };
}

/** Whether an action can happen to a replica; killing and pausing only while work is in progress. */
export function concerns(act: Step['act'], { service, process, member }: Replica, scheduler: Scheduler): boolean {
  switch (act) {
    case 'kill':
    case 'pause':
      return !process.paused && scheduler.isBusy(process);
    case 'resume':
      return process.paused;
    case 'release':
      return process.runs && service === 'retry';
    case 'join':
      return process.runs && member.isBehind;
    default:
      return process.runs;
  }
}
