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

/**
 * What kafkajs 2.2.4 does wrong on the wire or lacks, fixed in its prototypes and tables: for every client of this
 * process.
 */
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
 * kafkajs schedules its queue check at a negative time when nothing is throttled: Node 24 warns and turns it into
 * a 1 ms timer, over and over. Same check, never below 10 ms (kafkajs #1751).
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
 * A connection that breaks inside an answer keeps the first half, and reads the answers of the next connection as its
 * rest: requests time out one after another and the partition stands still (#1122, #1183). A new connection begins
 * anew.
 */
function forgetHalfFrames(connection: Connection): void {
  const connect = connection.connect;
  connection.connect = function (this: Connection) {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: SIZE_BYTES });
    return connect.call(this);
  };
}
