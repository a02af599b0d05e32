import { setTimeout as delay } from 'node:timers/promises';
import { Channel } from '#libs/contracts';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import type { ServiceName } from '../../apps/cli/src/environment/env.ts';
import { chanceOf } from './check/chance.policy.ts';
import { check, type Verdict } from './check/check.policy.ts';
import {
  acceptedSends,
  recordedFacts,
  quarantinedRecords,
  shownMessages,
  type Sources,
  statusCounts,
  timelineOf,
} from './gather.ts';
import { type Parsed, type UpstreamRecord, type Workload, workloadOf } from './messages.policy.ts';
import { type Operated, operateAll } from './operate.ts';
import { operationsOf } from './operations.policy.ts';
import { type Plan, planOf } from './plan.policy.ts';
import { publish } from './publish.ts';
import { type PublishedRecord, restoreAll } from './restore/restore.ts';
import { Undisturbed } from './restore/undisturbed.ts';
import { ChaosStack, timing } from './stack.ts';
import { stampOnArrival } from './stamp.ts';
import { outage, injectAll } from './inject-fault.ts';

export interface ChaosOptions {
  seed: number;
  messages: number;
  kills: number;
  /** How often schemas are restored from a backup meanwhile. */
  restores: number;
  /** Whether operators pause, resume and redrive meanwhile. A restored reporting forgets what was asked of it. */
  operations?: boolean;
  say: (line: string) => void;
  signal: AbortSignal;
  /** Whether logs and data outlive the run. */
  keep: 'always' | 'where something was found' | 'never';
}

export interface ChaosResult extends Verdict {
  seconds: number;
  /** The timelines behind the first findings. */
  timelines: unknown[];
  /** Where logs and data were kept. */
  dataDir: string | undefined;
}

/** What runs, and what goes wrong there. */
export interface Scenario {
  services: readonly ServiceName[];
  replicated: readonly ServiceName[];
  entries?: Partial<Record<ServiceName, string>>;
  env?: Record<string, string>;
  channels: readonly Channel[];
  /** Share of the messages that upstream writes twice. */
  repeated: number;
  plan: (options: ChaosOptions) => Plan;
  /** Give up waiting when nothing has moved for so long, in milliseconds. */
  timeoutMs: number;
}

const everybody: readonly ServiceName[] = ['email', 'sms', 'retry', 'reporting'];
const replicated: readonly ServiceName[] = ['email', 'sms', 'retry'];

/** The whole running system under every kind of fault (docs/chaos.md). */
export const wholeSystem: Scenario = {
  services: everybody,
  replicated,
  channels: ['email', 'sms'],
  repeated: 0.08,
  plan: ({ seed, kills, restores, operations }) => {
    const victims = [...everybody, ...replicated.map((name) => `${name}-2`)];
    const plan = planOf({ seed, kills, restores, ...timing, services: everybody, victims });
    if (!operations) return plan;
    const about = { ms: plan.ms, channels: Channel.options, tenant: tenantOf(seed) };
    return { ...plan, operations: operationsOf(about, chanceOf(seed, 'operations')) };
  },
  timeoutMs: 60_000,
};

/** One run: starts a system, publishes and strikes, waits until all of it has settled, compares, stops everything. */
export async function runChaos(options: ChaosOptions, scenario: Scenario = wholeSystem): Promise<ChaosResult> {
  const { say, signal } = options;
  const begin = performance.now();
  const chaos = await ChaosStack.start({ ...scenario, say, signal });
  let kept = options.keep !== 'never';
  try {
    const sources = sourcesOf(chaos, options);
    await stampOnArrival(sources.kafka);
    const { published, operated } = await publishUnderFire(chaos, sources, scenario, options);
    say(`faults are over; waiting until ${published.length} messages have settled`);
    await untilSettled(sources, published.length, scenario.timeoutMs, options);
    const verdict = await compare(sources, published, chaos.crashes, operated);
    const worth = [...new Set(verdict.findings.flatMap(({ messageId }) => messageId ?? []))].slice(0, 3);
    const timelines = await Promise.all(worth.map((messageId) => explain(sources, published, messageId)));
    kept &&= options.keep === 'always' || verdict.findings.length > 0;
    return {
      ...verdict,
      timelines,
      seconds: (performance.now() - begin) / 1000,
      dataDir: kept ? chaos.stack.dataDir : undefined,
    };
  } finally {
    await chaos.stop({ keep: kept && (!signal.aborted || options.keep === 'always') });
  }
}

export function sourcesOf({ stack }: ChaosStack, { seed }: Pick<ChaosOptions, 'seed'>): Sources {
  return {
    kafka: createKafka(stack.env, 'chaos'),
    sandboxUrl: stack.urls.sandbox ?? '',
    reportingUrl: stack.urls.reporting ?? '',
    reportingToken: stack.tokens.reporting,
    tenant: tenantOf(seed),
  };
}

const tenantOf = (seed: number): string => `chaos-${seed}`;

/** @returns the messages that Kafka has acknowledged, and what operators did */
async function publishUnderFire(
  chaos: ChaosStack,
  sources: Sources,
  scenario: Scenario,
  options: ChaosOptions,
): Promise<{ published: Parsed[]; operated: Operated }> {
  const { seed, messages: count, say, signal } = options;
  const { messages, records }: Workload = workloadOf({
    seed,
    count,
    tenant: sources.tenant,
    channels: scenario.channels,
    repeated: scenario.repeated,
  });
  const { faults, outages, restores, operations = [], ms } = scenario.plan(options);
  say(
    `publishing ${messages.length} messages in ${records.length} records over ${Math.round(ms / 1000)} s, with ` +
      `${faults.length} blows, ${outages.length} storms, ${restores.length} restores and ` +
      `${operations.length} operations`,
  );
  const undisturbed = new Undisturbed();
  const upstream: PublishedRecord[] = [];
  const note = (taken: readonly UpstreamRecord[]) =>
    void upstream.push(...taken.map((record) => ({ record, at: performance.now() })));
  const [acknowledged, operated] = await Promise.all([
    publish(sources.kafka, records, { ms, signal, acknowledged: note }),
    operateAll(operations, { sources, say, signal }),
    injectAll(faults, { chaos, say, signal }, undisturbed),
    outage(outages, { chaos, say, signal }),
    restoreAll(restores, { chaos, upstream, undisturbed, say, signal }),
  ]);
  chaos.thaw();
  return { published: messages.filter(({ messageId }) => acknowledged.has(messageId)), operated };
}

const open = ['accepted', 'scheduled', 'retrying', 'delayed'];

/** Waits until reporting shows everything as final and stays so, or until nothing has moved for too long. */
export async function untilSettled(
  sources: Sources,
  total: number,
  timeoutMs: number,
  { say, signal }: Pick<ChaosOptions, 'say' | 'signal'>,
): Promise<void> {
  let last = '';
  let reportedAt = performance.now();
  let movedAt = performance.now();
  while (!signal.aborted && performance.now() - movedAt < timeoutMs) {
    const counts = await statusCounts(sources).catch(() => undefined);
    const picture = JSON.stringify(counts);
    if (picture !== last) movedAt = performance.now();
    last = picture;
    if (performance.now() - reportedAt > 10_000) {
      reportedAt = performance.now();
      say(`still waiting: ${picture ?? 'reporting does not answer'}`);
    }
    const isDone = counts?.['total'] === total && open.every((status) => !counts[status]);
    if (isDone && performance.now() - movedAt > QUIET_MS && (await nothingIsOpen(sources))) return;
    await delay(1_000, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * `unconfirmed` and `sent` may be final or not, and a provider may still have something to tell: counts do not show
 * that.
 */
async function nothingIsOpen(sources: Sources): Promise<boolean> {
  const shown = await shownMessages(sources);
  return shown.every(({ final }) => final) && (await acceptedSends(sources)).every(({ telling }) => !telling);
}

/** A late duplicate would show itself meanwhile. */
const QUIET_MS = 3_000;

export async function compare(
  sources: Sources,
  published: readonly Parsed[],
  crashes: readonly string[],
  operated: Operated = { paused: [], redriven: 0 },
): Promise<Verdict> {
  // One after another: what the topic says must be no older than what reporting shows of it.
  const shown = await shownMessages(sources);
  const sends = await acceptedSends(sources);
  const quarantined = await quarantinedRecords(sources);
  return check({ published, shown, sends, quarantined, crashes, ...operated, facts: await recordedFacts(sources) });
}

async function explain(sources: Sources, published: readonly Parsed[], messageId: string): Promise<unknown> {
  const channel = published.find((message) => message.messageId === messageId)?.channel ?? 'email';
  return timelineOf(sources, channel, messageId).catch((error: Error) => `${messageId}: ${error.message}`);
}
