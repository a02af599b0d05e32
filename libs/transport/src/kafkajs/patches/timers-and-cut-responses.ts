import { createRequire } from 'node:module';
import { registerCodecs } from '../../codecs/codecs.ts';
import { readFetchAnswers } from '../../fetch/fetch-answer.ts';
import { writeProduceRequests } from '../../produce/produce-request.ts';
import { groupLinearly } from './linear-grouping.ts';

interface RequestQueue {
  throttledUntil: number;
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

interface Connection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect: (this: Connection) => Promise<boolean>;
}

/** A frame begins with its size, an int32. */
const SIZE_BYTES = 4;

let patched = false;

/** Fixes of faults of kafkajs 2.2.4's connection, in its prototypes: for every client of this process. */
export function patchKafkaJs(): void {
  if (patched) return;
  patched = true;
  const load = createRequire(import.meta.url);
  const queue = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const connection = load('kafkajs/src/network/connection.js') as { prototype: Connection };
  neverCheckInThePast(queue.prototype);
  forgetHalfFrames(connection.prototype);
  readFetchAnswers(load('kafkajs/src/protocol/requests/fetch/index.js') as Parameters<typeof readFetchAnswers>[0]);
  writeProduceRequests(
    load('kafkajs/src/protocol/requests/produce/index.js') as Parameters<typeof writeProduceRequests>[0],
  );
  groupLinearly((load('kafkajs') as { Kafka: Parameters<typeof groupLinearly>[0] }).Kafka);
  registerCodecs();
}

/**
 * kafkajs schedules its queue check at a negative time when nothing is throttled: Node 24 warns and uses 1 ms, over and
 * over. The same check, never below 10 ms (kafkajs #1751).
 */
function neverCheckInThePast(queue: RequestQueue): void {
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
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

/**
 * A connection that breaks inside a response keeps the first half, and reads the responses of the next connection as
 * its rest: requests time out one after another and the partition stops (#1122, #1183). With this patch a new
 * connection starts with an empty buffer.
 */
function forgetHalfFrames(connection: Connection): void {
  const connect = connection.connect;
  connection.connect = function (this: Connection) {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: SIZE_BYTES });
    return connect.call(this);
  };
}
