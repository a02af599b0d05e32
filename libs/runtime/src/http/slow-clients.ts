import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { milliseconds } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { FastifyHttpOptions } from 'fastify';
import { z } from 'zod';

/**
 * Timeouts and the maximum number of client connections. Without them, idle connections would cost their sender nothing
 * and us memory.
 */
export const httpLimitSettings = {
  HTTP_HEADERS_TIMEOUT_MS: milliseconds(10_000).describe(
    'A connection whose request line and headers are not complete after this many milliseconds is cut off.',
  ),
  HTTP_REQUEST_TIMEOUT_MS: milliseconds(30_000).describe(
    'A request whose body is not complete after this many milliseconds, counted from its first byte, is cut off, ' +
      'however steadily it trickles.',
  ),
  HTTP_KEEP_ALIVE_MS: milliseconds(72_000).describe(
    'How long a connection may lie idle between two requests, in milliseconds; keep it above the idle time of a ' +
      'load balancer in front.',
  ),
  HTTP_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .positive()
    .default(2_000)
    .describe(
      'Most connections at a time. A further one takes the place of the one whose request has been awaited the ' +
        'longest; requests in work are left alone.',
    ),
};

export type HttpLimits = z.infer<z.ZodObject<typeof httpLimitSettings>>;

/** A slow connection may outlive its timeout by this long: Node checks at intervals. */
const CHECK_EVERY_MS = 1_000;
const WARN_EVERY_MS = 60_000;

export function slowClientOptions(limits: HttpLimits) {
  const {
    HTTP_HEADERS_TIMEOUT_MS: headersTimeout,
    HTTP_REQUEST_TIMEOUT_MS: requestTimeout,
    HTTP_KEEP_ALIVE_MS: keepAliveTimeout,
  } = limits;
  return {
    requestTimeout,
    keepAliveTimeout,
    // Also closes a connection whose client does not read the response; it must not close an idle connection too early.
    connectionTimeout: Math.max(requestTimeout, keepAliveTimeout),
    http: {
      // Node refuses to start where the headers may take longer than the whole request.
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      requestTimeout,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersTimeout),
    },
  } satisfies FastifyHttpOptions<Server>;
}

/**
 * Keeps a server at its maximum of connections. A new connection replaces the one whose request has been incomplete the
 * longest, so that clients who send nothing, or very slowly, do not block others. A connection with a complete request
 * is never closed. Logs it once a minute at most.
 */
export function limitConnections(server: Server, { HTTP_MAX_CONNECTIONS: most }: HttpLimits, logger: Logger): void {
  // Ordered by how long their request has been incomplete.
  const open = new Map<Socket, IncomingMessage | undefined>();
  let reportedAt = -WARN_EVERY_MS;
  const warn = () => {
    if (performance.now() - reportedAt < WARN_EVERY_MS) return;
    reportedAt = performance.now();
    logger.warn(
      { most },
      'there are as many connections as HTTP_MAX_CONNECTIONS allows: the slowest make room for new ones',
    );
  };
  server.on('connection', (socket: Socket) => {
    if (open.size >= most) {
      warn();
      const slowest = slowestOf(open);
      (slowest ?? socket).destroy();
      if (!slowest) return;
      open.delete(slowest);
    }
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    if (!open.has(socket)) return;
    open.set(socket, request);
    response.once('close', () => {
      if (open.delete(socket) && !socket.destroyed) open.set(socket, undefined);
    });
  });
}

function slowestOf(open: ReadonlyMap<Socket, IncomingMessage | undefined>): Socket | undefined {
  for (const [socket, request] of open) if (!request?.complete) return socket;
  return undefined;
}
