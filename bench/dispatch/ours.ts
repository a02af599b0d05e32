import type { Lane } from '#libs/contracts';
import type { Bench } from '../bench.ts';
import type { Child } from '../foundation/child.ts';
import { EmailService, type EmailServiceOptions } from './email-service.ts';
import type { Upstream } from './upstream.ts';

export interface OursOptions extends Omit<EmailServiceOptions, 'otlpUrl'> {
  /** Tells this run's messages from those of others. */
  run: string;
  /** Sent before the measurement begins: nobody runs a service that has just started. */
  warmUp: number;
  messages: number;
  lane: Lane;
  traced: boolean;
  /** Whether each message is a call of its own. */
  coalesced?: boolean;
}

export interface OursResult {
  perSecond: number;
  /** Processor time of the service, in microseconds: less troubled by what else the machine does than the speed is. */
  cpuUsPerMessage: number;
  rssPeakMb: number;
  /** Spans exported per message. */
  spansPerMessage: number;
}

export interface TraceSink {
  child: Child;
  url: string;
}

/**
 * The email service works off a backlog, from the request to the acknowledged status event. The clock starts when the
 * status events of the warm-up are published, and stops with the last one.
 */
export async function runOurs(
  bench: Bench,
  upstream: Upstream,
  sink: TraceSink,
  options: OursOptions,
): Promise<OursResult> {
  const { run, warmUp, messages, lane, traced, coalesced, env, cpuProfile } = options;
  const total = warmUp + messages;
  const before = await upstream.facts();
  const spansBefore = await spansOf(sink);
  bench.provider.child.tell({});
  await upstream.request(run, total, lane);
  const service = await EmailService.start(bench, { otlpUrl: traced ? sink.url : undefined, env, cpuProfile });
  const from = await service.during(upstream.timeOf(before + warmUp));
  const cpuBefore = service.cpuMs;
  const to = await service.during(upstream.timeOf(before + total));
  const cpuUs = ((service.cpuMs - cpuBefore) * 1_000) / messages;
  const rssPeakMb = service.peakMb;
  const calls = await callsOf(bench);
  await service.stop();
  if (!coalesced && calls !== total)
    throw new Error(`${total} messages were asked for and ${calls} calls came to the provider`);
  return {
    perSecond: (messages / (to - from)) * 1_000,
    cpuUsPerMessage: cpuUs,
    rssPeakMb,
    spansPerMessage: ((await spansOf(sink)) - spansBefore) / total,
  };
}

async function callsOf({ provider }: Bench): Promise<number> {
  const report = provider.child.next('count');
  provider.child.tell({ count: true });
  return (await report).messages;
}

async function spansOf({ child }: TraceSink): Promise<number> {
  const report = child.next('spans');
  child.tell({});
  return (await report).count;
}
