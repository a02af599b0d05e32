import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '#libs/telemetry';
import { type HttpLimits, httpLimitSettings, limitConnections, slowClientOptions } from './slow-clients.ts';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

const limits: HttpLimits = {
  HTTP_HEADERS_TIMEOUT_MS: 400,
  HTTP_REQUEST_TIMEOUT_MS: 900,
  HTTP_KEEP_ALIVE_MS: 300,
  HTTP_MAX_CONNECTIONS: 150,
};
/** Node keeps idle connections one second longer than it is told, and checks for slow ones at intervals. */
const SLACK_MS = 1_600;

const open: Socket[] = [];
/** Responses that are delayed until they are released. */
const waiting: (() => void)[] = [];
let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  app = new FastifyAdapter(slowClientOptions(limits)).getInstance();
  app.post('/', (request) => Promise.resolve({ got: request.body }));
  app.get('/later', () => new Promise((resolve) => waiting.push(() => resolve({ now: true }))));
  limitConnections(app.server, limits, createLogger('test', 'error'));
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});

afterAll(async () => {
  for (const socket of open) socket.destroy();
  await app.close();
});

/** What a client sends first, and then every 50 ms. */
interface Slow {
  first: string;
  drip?: string;
}

const head = 'POST / HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n';
const silent: Slow = { first: '' };
const tricklingHeaders: Slow = { first: head, drip: 'X: y\r\n' };
const tricklingBody: Slow = { first: `${head}Content-Length: 1000\r\n\r\n{`, drip: ' ' };
const tricklingChunks: Slow = { first: `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`, drip: '1\r\n \r\n' };
const idle: Slow = { first: `${head}Content-Length: 2\r\n\r\n{}` };

/** @returns how long the connection lived, in milliseconds */
async function lifeOf({ first, drip }: Slow): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  const from = performance.now();
  socket.write(first);
  const dripping = setInterval(() => drip && socket.writable && socket.write(drip), 50);
  // A connection that is reset ends with an error, which is accepted as an end.
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(dripping);
  return performance.now() - from;
}

const ask = () =>
  fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', connection: 'close' },
    signal: AbortSignal.timeout(5_000),
  });

describe('a client that is too slow', () => {
  it('is disconnected in its headers, its body or between requests, while others are answered', async () => {
    const kinds = [silent, tricklingHeaders, tricklingBody, tricklingChunks, idle];
    const lives = Promise.all(kinds.map((kind) => Promise.all(Array.from({ length: 25 }, () => lifeOf(kind)))));
    const answers: number[] = [];
    const over = lives.then(() => true);
    while (!(await Promise.race([over, delay(30)]))) answers.push((await ask()).status);
    const [silence, headers, body, chunks, rest] = (await lives).map((all) => ({
      least: Math.min(...all),
      most: Math.max(...all),
    }));
    for (const { least, most } of [silence!, headers!]) {
      expect(least).toBeGreaterThan(limits.HTTP_HEADERS_TIMEOUT_MS - 50);
      expect(most).toBeLessThan(limits.HTTP_HEADERS_TIMEOUT_MS + SLACK_MS);
    }
    for (const { least, most } of [body!, chunks!]) {
      expect(least).toBeGreaterThan(limits.HTTP_REQUEST_TIMEOUT_MS - 50);
      expect(most).toBeLessThan(limits.HTTP_REQUEST_TIMEOUT_MS + SLACK_MS);
    }
    expect(rest!.most).toBeLessThan(limits.HTTP_KEEP_ALIVE_MS + SLACK_MS);
    expect(answers.length).toBeGreaterThan(5);
    expect(new Set(answers)).toEqual(new Set([200]));
  }, 20_000);

  it('does not block others: beyond the maximum, the longest incomplete connection is closed', async () => {
    const lives = Array.from({ length: limits.HTTP_MAX_CONNECTIONS + 50 }, () => lifeOf(tricklingHeaders));
    expect((await ask()).status).toBe(200);
    await expect(
      new Promise((resolve) => app.server.getConnections((_, count) => resolve(count))),
    ).resolves.toBeLessThanOrEqual(limits.HTTP_MAX_CONNECTIONS);
    const lived = await Promise.all(lives);
    // Fifty of them and one for the genuine client; the others had enough time.
    expect(lived.filter((ms) => ms > limits.HTTP_HEADERS_TIMEOUT_MS - 50).length).toBeGreaterThan(
      limits.HTTP_MAX_CONNECTIONS - 20,
    );
    expect(Math.max(...lived.slice(0, 40))).toBeLessThan(limits.HTTP_HEADERS_TIMEOUT_MS - 50);
  }, 20_000);

  it('never replaces a connection that waits for our response', async () => {
    const asked = Array.from({ length: limits.HTTP_MAX_CONNECTIONS }, () =>
      fetch(`http://127.0.0.1:${port}/later`, { headers: { connection: 'close' } }),
    );
    while (waiting.length < limits.HTTP_MAX_CONNECTIONS) await delay(10);
    await expect(ask()).rejects.toThrow();
    for (const answer of waiting.splice(0)) answer();
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await ask()).status).toBe(200);
  }, 20_000);
});

describe('the limits of a service', () => {
  it('are valid by default: the timeout of the headers never exceeds that of the request', () => {
    const shipped = z.object(httpLimitSettings).parse({});
    expect(slowClientOptions(shipped)).toMatchObject({
      requestTimeout: 30_000,
      keepAliveTimeout: 72_000,
      http: { headersTimeout: 10_000 },
    });
    expect(slowClientOptions({ ...shipped, HTTP_REQUEST_TIMEOUT_MS: 2_000 }).http.headersTimeout).toBe(2_000);
  });
});
