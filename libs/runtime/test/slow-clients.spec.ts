import { connect, type Socket } from 'node:net';
import { kafkaSettings } from '#libs/transport';
import { postgresSettings } from '#libs/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { z } from 'zod';
import { bootService, type RunningService } from '../src/boot.ts';
import { serviceSettings } from '../src/service.config.ts';

@Controller('words')
class WordsController {
  @Post()
  hear(@Body() body: unknown): unknown {
    return body;
  }
}

@Module({ controllers: [WordsController] })
class WordsModule {}

const REQUEST_MS = 800;
/** What the server takes to look through its connections, and a busy machine to come to it. */
const PATIENCE_MS = 5_000;

describe('a client that', () => {
  let service: RunningService;
  let port: number;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const schema = z.object({ ...serviceSettings(0), ...kafkaSettings, ...postgresSettings });
    // Nothing listens on port 1: HTTP does not wait for Kafka and Postgres.
    const env = {
      HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', HTTP_REQUEST_TIMEOUT_MS: String(REQUEST_MS), HTTP_MAX_CONNECTIONS: '150',
      KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', LOG_LEVEL: 'error',
    }; // prettier-ignore
    service = await bootService({ name: 'slow', schema, migrations: [], module: WordsModule }, env);
    port = Number(new URL(await service.app.getUrl()).port);
  }, 30_000);
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await service.stop();
  }, 30_000);

  /** Sends `first`, then one byte of `rest` every 50 ms, until it is cut off. @returns how long that took, in ms, and what it was told */
  const trickle = (first: string, rest: string) =>
    new Promise<{ ms: number; told: string }>((resolve) => {
      const started = performance.now();
      const socket = connect(port, '127.0.0.1', () => socket.write(first));
      sockets.push(socket);
      let told = '';
      let sent = 0;
      const timer = setInterval(() => socket.write(rest[sent++ % rest.length]!), 50);
      socket.on('data', (data) => (told += data.toString()));
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve({ ms: performance.now() - started, told });
      });
    });

  const words = () => fetch(`http://127.0.0.1:${port}/words`, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body: '{"said":"in time"}' });

  it('never ends its headers is cut off', async () => {
    const { ms, told } = await trickle('POST /words HTTP/1.1\r\nHost: a\r\nX-Slow: ', 'a');
    expect(told).toMatch(/^HTTP\/1.1 408 /);
    expect(ms).toBeGreaterThan(REQUEST_MS / 4);
    expect(ms).toBeLessThan(PATIENCE_MS);
  }, 15_000);

  it('never ends its body is cut off', async () => {
    const { ms, told } = await trickle('POST /words HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n', ' ');
    expect(told).toMatch(/^HTTP\/1.1 408 /);
    expect(ms).toBeGreaterThan(REQUEST_MS / 2);
    expect(ms).toBeLessThan(PATIENCE_MS);
  }, 15_000);

  it('says nothing at all is cut off', async () => {
    const socket = connect(port, '127.0.0.1').resume();
    sockets.push(socket);
    await new Promise((resolve) => socket.on('close', resolve));
  }, PATIENCE_MS);

  it('is as it should be gets its answer beside a hundred of them, and their places afterwards', async () => {
    const slow = Array.from({ length: 100 }, () => trickle('POST /words HTTP/1.1\r\nHost: a\r\nX-Slow: ', 'a'));
    const answers = await Promise.all(Array.from({ length: 20 }, words));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    const cut = await Promise.all(slow);
    expect(Math.max(...cut.map(({ ms }) => ms))).toBeLessThan(PATIENCE_MS);
    expect(await (await words()).json()).toEqual({ said: 'in time' });
  }, 20_000);

  it('comes when all places are taken is turned away at once', async () => {
    const open = Array.from({ length: 200 }, () => trickle('POST /words HTTP/1.1\r\nHost: a\r\nX-Slow: ', 'a'));
    const cut = await Promise.all(open);
    expect(cut.filter(({ ms, told }) => told === '' && ms < REQUEST_MS / 4).length).toBeGreaterThanOrEqual(50);
    expect((await words()).status).toBe(201);
  }, 20_000);
});
