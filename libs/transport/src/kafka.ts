import type { Logger } from '#libs/telemetry';
import { connectionOf, type KafkaConfig } from './kafka.config.ts';
import { patchKafkaJs } from './kafkajs/patches/timers-and-cut-responses.ts';
import { joinStatically } from './kafkajs/patches/static-membership.ts';
import { type ISocketFactory, Kafka, logLevel, type LogEntry } from 'kafkajs';

/**
 * A kafkajs client that logs through our logger; `socketFactory` where the connection to the brokers is not a plain
 * one.
 */
export function createKafka(
  config: KafkaConfig,
  service: string,
  logger: Logger,
  socketFactory?: ISocketFactory,
): Kafka {
  patchKafkaJs();
  const instance = config.KAFKA_INSTANCE_ID;
  const clientId = instance === undefined ? `messaging-${service}` : `messaging-${service}-${instance}`;
  if (instance !== undefined) joinStatically(clientId, instance);
  const kafka = new Kafka({
    ...connectionOf(config),
    ...(socketFactory && { socketFactory }),
    clientId,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => log(logger, entry),
  });
  clientIds.set(kafka, clientId);
  return kafka;
}

const clientIds = new WeakMap<Kafka, string>();

/** The client id by which brokers know a client of `createKafka`. */
export const clientIdOf = (kafka: Kafka): string | undefined => clientIds.get(kafka);

function log(logger: Logger, { level, namespace, log: { message, ...more } }: LogEntry): void {
  const { error, groupId } = more as Record<string, unknown>;
  // kafkajs logs a failure that it will retry at error level: for us it is a warning until the retries end.
  const fields = {
    kafkajs: namespace,
    ...(typeof error === 'string' && { error }),
    ...(groupId !== undefined && { groupId }),
  };
  if (level <= logLevel.WARN) logger.warn(fields, message);
  else logger.debug(fields, message);
}
