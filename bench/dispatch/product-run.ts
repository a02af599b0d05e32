import type { Lane } from '#libs/contracts';
import type { Bench } from '../bench.ts';
import type { Child } from '../foundation/child.ts';
import { cpuMs, cpuMsOfFamily } from '../foundation/proc.ts';
import { ChannelService, type ServiceOptions } from '../product/channel-service.ts';
import type { Product } from '../product/product.ts';

export interface RunOptions extends Omit<ServiceOptions, 'otlpUrl'> {
  /** Tells this run's messages from those of others. */
  run: string;
  /** Sent before the measurement begins: nobody runs a service that has just started. */
  warmUp: number;
  messages: number;
  lane: Lane;
  traced: boolean;
  /** Whether messages share calls; default: each is a call of its own. */
  coalesced?: boolean;
  /** How many services share the work; default: 1. */
  replicas?: number;
}

export interface RunResult {
  perSecond: number;
  /** Processor time of the service, in microseconds: less troubled by what else the machine does than the speed is. */
  cpuUsPerMessage: number;
  /** Processor time of what it works with, in microseconds a message. */
  othersCpuUsPerMessage: Record<'kafka' | 'postgres' | 'stub', number>;
  /** Allocated on V8's heap, in units of 1,024 bytes a message. */
  kbPerMessage: number;
  rssPeakMb: number;
  /** Spans exported per message. */
  spansPerMessage: number;
  /** Most calls that were under way at the provider at one moment. */
  callsAtOnce: number;
  /** The share of the processor time that the replica with the least of it used: 1 where there is one alone. */
  leastShare: number;
}

export interface TraceSink {
  child: Child;
  url: string;
}

/**
 * The email service works off a backlog, from the request to the acknowledged status event. The clock starts when the
 * status events of the warm-up are published, and stops with the last one.
 */
export async function runProduct(
  bench: Bench,
  product: Product,
  sink: TraceSink,
  options: RunOptions,
): Promise<RunResult> {
  const { run, warmUp, messages, lane, traced, coalesced, replicas = 1, env, cpuProfile } = options;
  const { upstream } = product;
  const total = warmUp + messages;
  const before = await upstream.facts();
  const spansBefore = await spansOf(sink);
  bench.provider.child.tell({});
  const starts = { otlpUrl: traced ? sink.url : undefined, env, cpuProfile };
  const start = () => ChannelService.start(bench, product, 'email', starts);
  // While several share out the partitions, what one has begun is read again by another and reported twice.
  const shared = replicas > 1 ? await Promise.all(Array.from({ length: replicas }, start)) : [];
  await Promise.all(shared.map((service) => service.ready()));
  await upstream.request(run, total, lane);
  const services = replicas > 1 ? shared : [await start()];
  const until = async (facts: number): Promise<number> => {
    const reached = upstream.timeOf(before + facts);
    await Promise.all(services.map((service) => service.during(reached)));
    return reached;
  };
  const from = await until(warmUp);
  for (const service of services) service.meterAllocation();
  const cpuBefore = cpuOf(bench, services);
  const to = await until(total);
  const cpu = subtract(cpuOf(bench, services), cpuBefore);
  const bytes = sum(await Promise.all(services.map((service) => service.allocated())));
  const { messages: calls, mostAtOnce } = await countOf(bench);
  const rssPeakMb = Math.max(...services.map(({ peakMb }) => peakMb));
  await Promise.all(services.map((service) => service.stop()));
  if (!coalesced && calls !== total)
    throw new Error(`${total} messages were asked for and ${calls} calls came to the provider`);
  const usEach = (ms: number) => (ms * 1_000) / messages;
  return {
    perSecond: (messages / (to - from)) * 1_000,
    cpuUsPerMessage: usEach(sum(cpu.services)),
    othersCpuUsPerMessage: {
      kafka: usEach(cpu.kafka),
      postgres: usEach(cpu.postgres),
      stub: usEach(cpu.stub),
    },
    kbPerMessage: bytes / 1_024 / messages,
    rssPeakMb,
    spansPerMessage: ((await spansOf(sink)) - spansBefore) / total,
    callsAtOnce: mostAtOnce,
    leastShare: Math.min(...cpu.services) / sum(cpu.services),
  };
}

/** Processor time so far, in milliseconds. */
interface Cpu extends Record<'kafka' | 'postgres' | 'stub', number> {
  services: number[];
}

const cpuOf = ({ foundation, provider }: Bench, services: readonly ChannelService[]): Cpu => ({
  services: services.map((service) => service.cpuMs),
  kafka: cpuMs(foundation.pids.kafka),
  postgres: cpuMsOfFamily(foundation.pids.postgres),
  stub: cpuMs(provider.child.process.pid),
});

const subtract = (after: Cpu, before: Cpu): Cpu => ({
  services: after.services.map((ms, index) => ms - before.services[index]!),
  kafka: after.kafka - before.kafka,
  postgres: after.postgres - before.postgres,
  stub: after.stub - before.stub,
});

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

async function countOf({ provider }: Bench): Promise<{ messages: number; mostAtOnce: number }> {
  const report = provider.child.next('count');
  provider.child.tell({ count: true });
  return report;
}

async function spansOf({ child }: TraceSink): Promise<number> {
  const report = child.next('spans');
  child.tell({});
  return (await report).count;
}
