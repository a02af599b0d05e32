import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../check/check.policy.ts';
import { type Sources, statusCounts } from '../gather.ts';
import { type UpstreamRecord, workloadOf } from '../messages.policy.ts';
import { endOf, ordered, type Shown } from '../operate.ts';
import { publish } from '../publish.ts';
import { compare, sourcesOf, untilSettled } from '../run.ts';
import { ChaosStack } from '../stack.ts';
import { stampOnArrival } from '../stamp.ts';

export interface RedriveOptions {
  seed: number;
  messages: number;
  say: (line: string) => void;
  signal: AbortSignal;
  keep: boolean;
}

export interface RedriveResult extends Verdict {
  /** How the redrive ended. */
  operation: Shown;
  /** How often a replica of retry was killed while it ran. */
  kills: number;
  seconds: number;
}

const EVERY_MS = 1_500;
const SETTLED_MS = 60_000;
/** Retry’s replicas are killed all the while: what one held is taken over once its lease is over. */
const REDRIVEN_WITHIN_MS = 900_000;

/**
 * Messages that expired while nobody read them are redriven through the front door with a new expiry, while both
 * replicas of retry are killed in turn. Each must reach the provider once.
 */
export async function runRedrive(options: RedriveOptions): Promise<RedriveResult> {
  const { messages: count, seed, say, signal } = options;
  const begin = performance.now();
  const replicas = { services: ['email', 'retry', 'reporting'], replicated: ['retry'] } as const;
  const chaos = await ChaosStack.start({ ...replicas, say, signal });
  try {
    const sources = sourcesOf(chaos, { seed });
    await stampOnArrival(sources.kafka);
    const { messages, records } = workloadOf({ ...sources, seed, count, channels: ['email'], repeated: 0 });
    say(`${count} messages are published that have expired`);
    const acknowledged = await publish(sources.kafka, records.map(late), { ms: count, signal });
    await untilSettled(sources, acknowledged.size, SETTLED_MS, options);
    const redriven = new AbortController();
    const killing = killInTurn(chaos, options, redriven.signal);
    const operation = await redrive(sources, options);
    redriven.abort();
    const kills = await killing;
    say(`the redrive is ${operation.state}: ${JSON.stringify(operation.counts)}, after ${kills} kills`);
    await untilNoneIs('expired', sources, signal);
    await untilSettled(sources, acknowledged.size, SETTLED_MS, options);
    const published = messages.filter(({ messageId }) => acknowledged.has(messageId));
    const operated = { paused: [], redriven: operation.counts['redriven'] ?? 0 };
    const verdict = await compare(sources, published, chaos.crashes, operated);
    return { ...verdict, operation, kills, seconds: (performance.now() - begin) / 1_000 };
  } finally {
    await chaos.stop({ keep: options.keep });
  }
}

const late = ({ value, ...record }: UpstreamRecord): UpstreamRecord => ({
  ...record,
  value: JSON.stringify({ ...(JSON.parse(value) as object), expiresAt: new Date(Date.now() - 1_000).toISOString() }),
});

async function redrive(sources: Sources, { messages, say, signal }: RedriveOptions): Promise<Shown> {
  const order = {
    filter: { tenant: sources.tenant, reason: 'expired' },
    atMost: messages,
    expiresAt: new Date(Date.now() + 6 * 3_600_000).toISOString(),
    perSecond: 1_000,
  };
  const { operationId } = await ordered('dead-letters/redrive', order, { sources, say, signal });
  return endOf(operationId, { sources, say, signal }, REDRIVEN_WITHIN_MS);
}

/** One replica at a time, so that the other may take over. @returns how often one was hit */
async function killInTurn(chaos: ChaosStack, { say, signal }: RedriveOptions, until: AbortSignal): Promise<number> {
  const stop = AbortSignal.any([signal, until]);
  let kills = 0;
  for (let turn = 0; !stop.aborted; turn += 1) {
    await delay(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    const victim = turn % 2 === 0 ? 'retry' : 'retry-2';
    if (stop.aborted || !chaos.signal(victim, 'SIGKILL')) continue;
    kills += 1;
    say(`kill -9 ${victim}`);
  }
  return kills;
}

async function untilNoneIs(status: string, sources: Sources, signal: AbortSignal): Promise<void> {
  const end = performance.now() + SETTLED_MS;
  while (!signal.aborted && performance.now() < end) {
    const counts = await statusCounts(sources).catch(() => undefined);
    if (counts && !counts[status]) return;
    await delay(500);
  }
}
