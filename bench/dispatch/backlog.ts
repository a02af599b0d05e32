import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { percentile, rounded } from '../figures.ts';
import { now } from '../foundation/tell.ts';
import { ChannelService } from '../product/channel-service.ts';
import type { Product } from '../product/product.ts';
import type { Upstream } from '../product/upstream.ts';
import type { TraceSink } from './product-run.ts';

export interface BacklogOptions {
  backlog: number;
  watchSeconds: number;
  env?: Record<string, string> | undefined;
}

export interface Backlog {
  /** Bulk requests that waited at the start. */
  waiting: number;
  perSecond: number;
  rssPeakMb: number;
  /** Memory in the first and in the last quarter of the watch: flat, or growing? */
  rssFirstMb: number;
  rssLastMb: number;
  /** From publishing an urgent request until the provider has it, in milliseconds. */
  urgentMs: { count: number; p50: number; p99: number; max: number };
}

/** Between two urgent requests, in milliseconds. */
const URGENT_EVERY_MS = 100;
/** What the provider stub knows an urgent request by. */
const MARK = 'urgent-';

/** One service before a mountain of bulk requests: its memory, and what an urgent message has to wait. */
export async function measureBacklog(
  bench: Bench,
  product: Product,
  sink: TraceSink,
  options: BacklogOptions,
): Promise<Backlog> {
  const { upstream } = product;
  const { backlog, watchSeconds, env } = options;
  bench.say(`backlog: publishing ${backlog} bulk requests`);
  await upstream.request(`backlog-${process.pid}`, backlog, 'bulk');
  bench.provider.child.tell({ mark: MARK });
  const before = await upstream.facts();
  const service = await ChannelService.start(bench, product, 'email', { otlpUrl: sink.url, env });
  await service.during(upstream.timeOf(before + Math.min(1_000, backlog)));
  bench.say(`backlog: watching for ${watchSeconds} s`);
  const start = { at: now(), facts: await upstream.facts() };
  const { published, memory } = await watch(upstream, service, watchSeconds);
  const end = { at: now(), facts: await upstream.facts() };
  const waits = await waitsOf(bench, published);
  const rssPeakMb = service.peakMb;
  await service.stop();
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  return {
    waiting: backlog,
    perSecond: rounded(((end.facts - start.facts) / (end.at - start.at)) * 1_000),
    rssPeakMb: rounded(rssPeakMb),
    rssFirstMb: rounded(mean(memory.slice(0, quarter))),
    rssLastMb: rounded(mean(memory.slice(-quarter))),
    urgentMs: {
      count: waits.length,
      p50: rounded(percentile(waits, 0.5)),
      p99: rounded(percentile(waits, 0.99)),
      max: rounded(Math.max(...waits)),
    },
  };
}

async function watch(
  upstream: Upstream,
  service: ChannelService,
  seconds: number,
): Promise<{ published: number[]; memory: number[] }> {
  const published: number[] = [];
  const memory: number[] = [];
  const end = now() + seconds * 1_000;
  while (now() < end) {
    published.push(now());
    await upstream.request(`${MARK}${published.length}`, 1, 'urgent');
    memory.push(service.residentMb);
    await delay(Math.max(0, published.at(-1)! + URGENT_EVERY_MS - now()));
  }
  return { published, memory };
}

/** Urgent requests are published one after another, and arrive so: the nth to arrive is taken for the nth. */
async function waitsOf({ provider }: Bench, published: readonly number[]): Promise<number[]> {
  const lookUntil = now() + 30_000;
  for (;;) {
    const report = provider.child.next('count');
    provider.child.tell({ count: true });
    const { marked } = await report;
    if (marked.length >= published.length) return published.map((at, index) => marked[index]! - at);
    if (now() > lookUntil)
      throw new Error(`of ${published.length} urgent messages only ${marked.length} came to the provider`);
    await delay(200);
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
