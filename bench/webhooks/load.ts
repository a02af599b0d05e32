import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';
import { Pool } from 'undici';
import { percentile } from '../figures.ts';
import type { Delivery } from './deliveries.ts';

interface Target {
  url: string;
  deliveries: readonly Delivery[];
  warmUpMs: number;
  forMs: number;
}

export interface Load extends Target {
  /** So many at a time. */
  inFlight: number;
}

export interface Offer extends Target {
  eventsPerSecond: number;
}

export interface Loaded {
  eventsPerSecond: number;
  p99Ms: number;
  /** Warm-up included. */
  events: number;
}

/** More than a service that keeps up needs. */
const MOST_CONNECTIONS = 64;

/**
 * As fast as it takes them, in so many lanes; an answer other than 2xx ends it. The waits are those of a service that
 * is never idle.
 */
export async function load({ url, deliveries, inFlight, warmUpMs, forMs }: Load): Promise<Loaded> {
  const pool = new Pool(url, { connections: inFlight, pipelining: 1 });
  const from = performance.now() + warmUpMs;
  const waits: number[] = [];
  let [next, events, counted] = [0, 0, 0];
  const lane = async () => {
    while (performance.now() < from + forMs) {
      const delivery = deliveries[next++ % deliveries.length]!;
      const { events: held } = delivery;
      const at = performance.now();
      await deliver(pool, delivery);
      const end = performance.now();
      events += held;
      if (end < from || end > from + forMs) continue;
      counted += held;
      waits.push(end - at);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  await pool.close();
  return { eventsPerSecond: (counted / forMs) * 1_000, p99Ms: percentile(waits, 0.99), events };
}

/**
 * At an even pace whatever the answers take, over as many connections as that needs, as a provider does. A wait counts
 * from when its delivery was due, so that one which holds up those behind it counts as often as it does so.
 */
export async function offer({ url, deliveries, eventsPerSecond, warmUpMs, forMs }: Offer): Promise<Loaded> {
  const pool = new Pool(url, { connections: MOST_CONNECTIONS, pipelining: 1 });
  const start = performance.now();
  const waits: number[] = [];
  const all: Promise<void>[] = [];
  let events = 0;
  for (let due = start, next = 0; due < start + warmUpMs + forMs; next += 1) {
    const delivery = deliveries[next % deliveries.length]!;
    const at = due;
    await delay(Math.max(0, at - performance.now()));
    events += delivery.events;
    all.push(deliver(pool, delivery).then(() => void (at >= start + warmUpMs && waits.push(performance.now() - at))));
    due += (delivery.events / eventsPerSecond) * 1_000;
  }
  await Promise.all(all);
  const lasted = performance.now() - start;
  await pool.close();
  return { eventsPerSecond: (events / lasted) * 1_000, p99Ms: percentile(waits, 0.99), events };
}

async function deliver(pool: Pool, { path, headers, body }: Delivery): Promise<void> {
  const answer = await pool.request({ path, method: 'POST', headers, body });
  await answer.body.dump();
  if (answer.statusCode >= 300) throw new Error(`a delivery to ${path} was answered ${answer.statusCode}`);
}

/** Connections that never finish their headers, opened anew when they are cut off. */
export class SlowLoris {
  cutOff = 0;
  private readonly sockets = new Set<Socket>();
  private stopped = false;
  private readonly dripping = setInterval(() => {
    for (const socket of this.sockets) socket.write('X-Slow: yes\r\n');
  }, 1_000);

  static async at(url: string, count: number): Promise<SlowLoris> {
    const loris = new SlowLoris();
    for (let opened = 0; opened < count; opened += 1) loris.open(Number(new URL(url).port));
    await delay(500);
    return loris;
  }

  get state(): number {
    return [...this.sockets].filter((socket) => socket.readyState === 'open').length;
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.dripping);
    for (const socket of this.sockets) socket.destroy();
  }

  private open(port: number): void {
    const socket = connect(port, '127.0.0.1', () => socket.write('POST /webhooks/sendgrid HTTP/1.1\r\nHost: slow\r\n'));
    this.sockets.add(socket);
    socket.on('error', () => undefined).resume();
    socket.once('close', () => {
      this.sockets.delete(socket);
      if (this.stopped) return;
      this.cutOff += 1;
      this.open(port);
    });
  }
}
