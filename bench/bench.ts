import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from './foundation/child.ts';
import type { Closers } from './foundation/closers.ts';
import { type Foundation, startServices } from './foundation/services.ts';

/** What every measurement is given. */
export interface Bench {
  foundation: Foundation;
  provider: { child: Child; url: string };
  /** The share of the machine that others used just before. */
  othersShare: number;
  closers: Closers;
  /** Progress, for the person at the terminal. */
  say: (line: string) => void;
}

/** How long the provider takes to answer, in milliseconds. */
export const PROVIDER_DELAY_MS = 100;
/** How many messages each sender has in flight at a time. */
export const IN_FLIGHT = 1_000;

export async function startBench(closers: Closers, say: (line: string) => void): Promise<Bench> {
  const share = await othersShare();
  say('starting Kafka, PostgreSQL, Redis and the provider stub');
  const foundation = await startServices(closers);
  const { child, port } = await startChild(
    'provider/stub.ts',
    { PROVIDER_DELAY_MS: String(PROVIDER_DELAY_MS) },
    closers,
  );
  return { foundation, provider: { child, url: `http://127.0.0.1:${port}` }, othersShare: share, closers, say };
}

/** The share of the machine that others use, seen over a second: figures taken beside them are lower. */
async function othersShare(): Promise<number> {
  const before = cpuTimes();
  await delay(1_000);
  const after = cpuTimes();
  return (after.busy - before.busy) / (after.all - before.all);
}

function cpuTimes(): { busy: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq + time.idle, 0);
  return { busy: all - times.reduce((sum, time) => sum + time.idle, 0), all };
}
