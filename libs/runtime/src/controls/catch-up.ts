import { type ControlChanged, topicNames, topics } from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import type { Logger } from '#libs/telemetry';
import type { KafkaConfig } from '#libs/transport';
import { AppliedOffsets } from '../restore/applied-offsets.store.ts';
import { reread, Rereading } from '../restore/rereading.ts';
import { LOGGER, POOL, STOPPING } from '../runtime.module.ts';
import type { Kafka } from 'kafkajs';

interface App {
  get<T>(token: symbol): T;
}

export interface CatchUpOptions {
  service: string;
  kafka: Kafka;
  config: KafkaConfig;
  /** Its schema has no table `followed`: all of the topic is read each time. */
  fromBeginning?: boolean;
}

/**
 * Reads the operators' controls up to their end before a service takes its first record: what was paused while it was
 * away is not sent first. Nothing new: it costs one question to the broker.
 * @throws Stopping; InfrastructureDown: repeating is safe
 */
export async function catchUpOnControls(
  app: App,
  { fromBeginning = false, ...options }: CatchUpOptions,
  apply: (change: ControlChanged) => Promise<unknown>,
): Promise<void> {
  const { service, config } = options;
  const [logger, stopping] = [app.get<Logger>(LOGGER), app.get<AbortSignal>(STOPPING)];
  const rereading = new Rereading({ ...options, logger, stopping });
  try {
    const applied = fromBeginning
      ? new Map<string, number>()
      : await new AppliedOffsets(app.get<Pool>(POOL), service).known();
    const names = topicNames(topics.controlChanged, config.KAFKA_TOPIC_PREFIX);
    const from = new Map([...applied].filter(([partition]) => names.some((name) => partition.startsWith(`${name}/`))));
    await rereading.read([reread<ControlChanged>(topics.controlChanged, 'end', apply)], from, new Map());
  } finally {
    await rereading.close();
  }
}
