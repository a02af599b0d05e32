import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';
import { Pool } from 'undici';
import { percentile } from '../figures.ts';
import type { Delivery } from './deliveries.ts';

export interface Load {
  url: string;
  deliveries: readonly Delivery[];
  /** So many at a time. */
  inFlight: number;
  warmUpMs: number;
  forMs: number;
}

export interface Loaded {
  eventsPerSecond: number;
  p99Ms: number;
  /** Warm-up included. */
  events: number;
}

/** Delivers one after another in so many lanes; an answer other than 2xx ends it. */
export async function load({ url, deliveries, inFlight, warmUpMs, forMs }: Load): Promise<Loaded> {
  const pool = new Pool(url, { connections: inFlight, pipelining: 1 });
  const from = performance.now() + warmUpMs;
  const waits: number[] = [];
  let [next, events, counted] = [0, 0, 0];
  const lane = async () => {
    while (performance.now() < from + forMs) {
      const { path, headers, body, events: held } = deliveries[next++ % deliveries.length]!;
      const at = performance.now();
      const answer = await pool.request({ path, method: 'POST', headers, body });
      await answer.body.dump();
      if (answer.statusCode >= 300) throw new Error(`a delivery to ${path} was answered ${answer.statusCode}`);
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

  get standing(): number {
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
