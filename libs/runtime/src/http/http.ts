import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { FastifyAdapter, RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { refuseMalformedQuery, unroutable } from './address.ts';
import { answerToNoRequest, type Parsed, type ErrorAnswer, JSON_TYPE } from './problem.ts';
import { RouteTable } from './route-table.ts';
import { type HttpLimits, slowClientOptions } from './slow-clients.ts';

/** A media type of ours, so that one parser takes all bodies that are wanted as bytes. */
const BYTES = 'application/x-messaging-bytes';
const MIB = 1024 * 1024;

/**
 * Takes the body as it comes, of whatever media type, into `request.rawBody`; `request.body` holds the same bytes. For
 * a webhook the signature decides, and it covers bytes: none may be refused before for what it calls them, or for what
 * they hold.
 */
export const BodyAsBytes = () => applyDecorators(RouteConfig({ bodyAsBytes: true }));

export interface HttpOptions {
  /** Largest body of a request, in bytes. Default: 1 MiB. */
  bodyLimit?: number | undefined;
  limits: HttpLimits;
}

/** The HTTP server of a service: what it takes, and how it refuses what never reaches a handler. */
export function createHttpAdapter({ bodyLimit = MIB, limits }: HttpOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit,
    ...slowClientOptions(limits),
    trustProxy: true,
    // A message id of 200 characters must fit into a path, percent-encoded too.
    routerOptions: { maxParamLength: 600 },
    frameworkErrors: unroutable,
    clientErrorHandler: refuseNoRequest,
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', refuseMalformedQuery);
  const table = new RouteTable();
  tables.set(fastify.server, table);
  fastify.addHook('onRoute', ({ method, url }) => table.add(method, url));
  fastify.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (request, body, done) => {
    Object.assign(request, { rawBody: body });
    done(null, body);
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if ((request.routeOptions.config as { bodyAsBytes?: boolean } | undefined)?.bodyAsBytes)
      request.raw.headers['content-type'] = BYTES;
    done();
  });
  return adapter;
}

const tables = new WeakMap<object, RouteTable>();

/** The routes of the server that a request came to; undefined for one that `createHttpAdapter` has not made. */
export const routesOf = (server: object): RouteTable | undefined => tables.get(server);

/** What an error's answer has to know of its request. */
export function askedOf({ method, url, server, routeOptions }: FastifyRequest): Parsed {
  return {
    method,
    allowed: routesOf(server.server)?.methodsAt(url) ?? [],
    bodyLimit: routeOptions.bodyLimit ?? server.initialConfig.bodyLimit ?? MIB,
  };
}

/** Bytes that are no request never become one: they are answered on the socket itself. */
function refuseNoRequest(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(textOf(answerToNoRequest(error.code)));
  socket.destroy();
}

function textOf({ status, body }: ErrorAnswer): string {
  const text = JSON.stringify(body);
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nContent-Type: ` +
    `${JSON_TYPE}\r\nConnection: close\r\n\r\n${text}`
  );
}
