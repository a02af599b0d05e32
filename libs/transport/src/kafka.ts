import { createRequire } from 'node:module';
import type { Logger } from '#libs/telemetry';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { connectionOf, type KafkaConfig } from './kafka.config.ts';

/** A kafkajs client that logs into ours. */
export function createKafka(config: KafkaConfig, service: string, logger: Logger): Kafka {
  mendTimers();
  return new Kafka({
    ...connectionOf(config),
    clientId: `messaging-${service}`,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => log(logger, entry),
  });
}

function log(logger: Logger, { level, namespace, log: { message, ...more } }: LogEntry): void {
  const { error, groupId } = more as Record<string, unknown>;
  // kafkajs repeats what it will retry by itself at error level: for us that is a warning until a caller gives up.
  const fields = { kafkajs: namespace, ...(typeof error === 'string' && { error }), ...(groupId !== undefined && { groupId }) };
  if (level <= logLevel.WARN) logger.warn(fields, message);
  else logger.debug(fields, message);
}

interface RequestQueue {
  throttledUntil: number;
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

let mended = false;

/**
 * kafkajs 2.2.4 schedules its queue check at a negative time when nothing is throttled: Node 24 warns and turns it into
 * a 1 ms timer, over and over. Same check, never below 10 ms (kafkajs #1751).
 */
function mendTimers(): void {
  if (mended) return;
  mended = true;
  const load = createRequire(import.meta.url);
  const queue = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(this.throttledUntil - Date.now(), 10),
    );
  };
}
