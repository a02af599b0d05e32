import type { Server } from 'node:http';
import type { ServiceConfig } from './service.config.ts';

type Limits = Pick<ServiceConfig, 'HTTP_REQUEST_TIMEOUT_MS' | 'HTTP_MAX_CONNECTIONS'>;

/** Settings of the HTTP server: who sends a byte now and then holds a connection, and nothing else, until its time is up. */
export function cuttingOffTheSlow({ HTTP_REQUEST_TIMEOUT_MS: requestTimeout }: Limits) {
  return { requestTimeout, http: { headersTimeout: Math.ceil(requestTimeout / 2), connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestTimeout / 4)) } };
}

/** Node's own clock of a request starts with its first byte: who sends none is cut off here. */
export function cutOffTheSilent(server: Server, { HTTP_REQUEST_TIMEOUT_MS: requestTimeout, HTTP_MAX_CONNECTIONS: most }: Limits): void {
  server.maxConnections = most;
  server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.bytesRead === 0 && socket.destroy(), requestTimeout).unref();
    socket.once('close', () => clearTimeout(timer));
  });
}
