import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidConfiguration, port } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerTo, JSON_TYPE } from './problem.ts';
import { type HttpLimits, limitConnections, slowClientOptions } from './slow-clients.ts';
import { z } from 'zod';

/** The port on which reporting asks a service: what its webhooks' port must not offer. */
export const internalSettings = (standardPort: number) => ({
  INTERNAL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the internal port listens; 0.0.0.0 where reporting asks it over an inner network.'),
  INTERNAL_PORT: port(standardPort).describe(
    'Internal port, on which reporting asks what this service alone knows; HTTP_PORT does not answer that. Keep it ' +
      'inside: it belongs behind no proxy and no published port.',
  ),
});

export type InternalConfig = z.infer<z.ZodObject<ReturnType<typeof internalSettings>>>;

/** What the internal port serves; everything else is on the other port. */
const INTERNAL_PATHS = '/v1/';

/** The servers that have an internal port. */
const divided = new WeakSet<object>();
/** The requests that came by that port. */
const internal = new WeakSet<IncomingMessage>();

/** Whether the port that a request came by serves this path. */
export const servesHere = ({ raw, server }: FastifyRequest, path: string): boolean =>
  !divided.has(server.server) || path.startsWith(INTERNAL_PATHS) === internal.has(raw);

/** Gives a server an internal port: `listenInternally` opens it. Before its routes are made. */
export function divide(fastify: Pick<FastifyInstance, 'server' | 'addHook'>): void {
  divided.add(fastify.server);
  fastify.addHook('onRequest', refuseOtherPort);
}

function refuseOtherPort(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { url } = request.routeOptions;
  if (url === undefined || servesHere(request, url)) return done();
  const { status, body } = answerTo(new NotFoundException(), { method: request.method, allowed: [], bodyLimit: 0 });
  void reply.code(status).header('content-type', JSON_TYPE).send(body);
}

export interface InternalPort {
  /** Such as `http://127.0.0.1:8091`. */
  url: string;
  /** Resolves when the requests in work are answered. */
  close(): Promise<void>;
}

/**
 * Opens the internal port of an app that listens already.
 * @throws InvalidConfiguration where the port is taken or not allowed
 */
export async function listenInternally(
  app: NestFastifyApplication,
  config: InternalConfig & HttpLimits,
  logger: Logger,
): Promise<InternalPort> {
  const fastify = app.getHttpAdapter().getInstance();
  const { http, keepAliveTimeout, connectionTimeout } = slowClientOptions(config);
  const server = createServer({ ...http, keepAliveTimeout }, (request, response) => {
    internal.add(request);
    fastify.routing(request, response);
  });
  server.setTimeout(connectionTimeout);
  limitConnections(server, config, logger);
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${config.INTERNAL_HOST}:${port}`, close: () => close(server) };
}

function listen(server: Server, { INTERNAL_HOST: host, INTERNAL_PORT: port }: InternalConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException) =>
      reject(
        new InvalidConfiguration(`INTERNAL_PORT ${port} on ${host} cannot be listened on (${cause.code ?? 'error'})`, {
          cause,
        }),
      );
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.off('error', refused);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
