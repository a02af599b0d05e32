import { createRequire } from 'node:module';

interface RequestQueue {
  throttledUntil: number;
  pending: unknown[];
  inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  requestTimeout: number;
  enforceRequestTimeout: boolean;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId: NodeJS.Timeout;
  isConnected(): boolean;
  destroy(): void;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
}

interface Connection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<boolean>;
}

/** A frame begins with its size, an int32. */
const SIZE_BYTES = 4;

let mended = false;

/** What kafkajs 2.2.4 does wrong on the wire, mended in its prototypes; each would stop a consumer or burn its processor. */
export function mendKafkaJs(): void {
  if (mended) return;
  mended = true;
  const load = createRequire(import.meta.url);
  const queue = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const connection = load('kafkajs/src/network/connection.js') as { prototype: Connection };
  neverCheckInThePast(queue.prototype);
  timeOutWhileDisconnecting(queue.prototype);
  forgetHalfFrames(connection.prototype);
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
 * Disconnecting waits for the answers still due, and kafkajs stops its time-outs as soon as disconnecting begins: with a
 * broker that is silent but not gone it waits for ever, and a crashed consumer disconnects before it starts again
 * (#1122, #1183). Same time-outs, until the last answer is there or given up.
 */
function timeOutWhileDisconnecting(queue: RequestQueue): void {
  queue.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    const timer = setInterval(
      () => {
        for (const request of this.inflight.values()) if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
        if (!this.isConnected() && this.inflight.size === 0) clearInterval(timer);
      },
      Math.min(this.requestTimeout, 100),
    );
    this.requestTimeoutIntervalId = timer;
  };
}

/**
 * A connection that breaks inside an answer keeps the first half, and reads the answers of the next connection as its
 * rest: requests time out one after another and the partition stands still (#1122, #1183). A new connection begins anew.
 */
function forgetHalfFrames(connection: Connection): void {
  const connect = connection.connect;
  connection.connect = function (this: Connection) {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: SIZE_BYTES });
    return connect.call(this);
  };
}
