import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { WebhookRequest } from './deliveries.ts';

/** Sends all of them, so many at a time. @returns requests per second and what each took, in milliseconds */
export async function atFullSpeed(url: string, requests: readonly WebhookRequest[], atATime: number): Promise<{ perSecond: number; tookMs: number[] }> {
  const pool = new Pool(url, { connections: atATime });
  const tookMs: number[] = [];
  let next = 0;
  const run = async () => {
    while (next < requests.length) tookMs.push(await post(pool, requests[next++]!));
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: atATime }, run));
  const perSecond = (requests.length / (performance.now() - started)) * 1_000;
  await pool.close();
  return { perSecond, tookMs };
}

/** Sends them at an even pace, whatever becomes of those before, as providers do. @returns what each took, in milliseconds */
export async function atPace(url: string, requests: readonly WebhookRequest[], perSecond: number): Promise<number[]> {
  const pool = new Pool(url, { connections: 64 });
  const started = performance.now();
  const answers = [];
  for (const [index, request] of requests.entries()) {
    await delay(Math.max(0, started + (index / perSecond) * 1_000 - performance.now()));
    answers.push(post(pool, request));
  }
  const tookMs = await Promise.all(answers);
  await pool.close();
  return tookMs;
}

async function post(pool: Pool, { path, headers, body }: WebhookRequest): Promise<number> {
  const started = performance.now();
  const answer = await pool.request({ method: 'POST', path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`a webhook was answered ${answer.statusCode}: ${text}`);
  return performance.now() - started;
}

/** Connections that never end their headers, opened again whenever they are cut off. @returns a function that ends them, and tells how many were cut off */
export function slowClients(url: string, count: number): () => number {
  const { hostname, port } = new URL(url);
  let cutOff = 0;
  let ended = false;
  const open = new Set<() => void>();
  const start = () => {
    const socket = connect(Number(port), hostname, () => socket.write('POST /webhooks/sendgrid HTTP/1.1\r\nHost: slow\r\nX-Slow: '));
    const timer = setInterval(() => socket.write('a'), 1_000);
    const end = () => socket.destroy();
    open.add(end);
    socket.resume().on('error', () => {}).on('close', () => {
      clearInterval(timer);
      open.delete(end);
      if (ended) return;
      cutOff += 1;
      setTimeout(() => !ended && start(), 50);
    }); // prettier-ignore
  };
  for (let index = 0; index < count; index += 1) start();
  return () => {
    ended = true;
    for (const end of open) end();
    return cutOff;
  };
}
