import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { FastifyAdapter, RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { refuseMalformedQuery, unroutable } from './address.ts';
import { divide, servesHere } from './internal-port.ts';
import { answerToNoRequest, type Parsed, type ErrorAnswer, JSON_TYPE } from './problem.ts';
import { RouteTable } from './route-table.ts';
import { type HttpLimits, slowClientOptions } from './slow-clients.ts';

/** A media type of our own, so that one parser reads all bodies that are needed as bytes. */
const BYTES = 'application/x-messaging-bytes';
const MIB = 1024 * 1024;

/**
 * Reads the body unchanged, whatever its media type, into `request.rawBody`; `request.body` holds the same bytes. The
 * signature of a webhook covers these bytes, so no body may be refused earlier for its media type or content.
 */
export const BodyAsBytes = () => applyDecorators(RouteConfig({ bodyAsBytes: true }));

export interface HttpOptions {
  /** Maximum size of a request's body, in bytes. Default: 1 MiB. */
  bodyLimit?: number | undefined;
  limits: HttpLimits;
  /** Whether it has an internal port as well (`listenInternally`). */
  divided?: boolean;
}

/** The HTTP server of a service: what it accepts, and how it refuses requests that reach no handler. */
export function createHttpAdapter({ bodyLimit = MIB, limits, divided = false }: HttpOptions): FastifyAdapter {
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
  if (divided) divide(fastify);
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

/** The routes of the server that received a request; undefined for a server that `createHttpAdapter` has not made. */
export const routesOf = (server: object): RouteTable | undefined => tables.get(server);

/** The parts of a request that the response to an error depends on. */
export function askedOf(request: FastifyRequest): Parsed {
  const { method, url, server, routeOptions } = request;
  return {
    method,
    allowed: servesHere(request, url) ? (routesOf(server.server)?.methodsAt(url) ?? []) : [],
    bodyLimit: routeOptions.bodyLimit ?? server.initialConfig.bodyLimit ?? MIB,
  };
}

/** Bytes that are not HTTP never become a request: they are answered on the socket. */
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
