import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import type { Verdict } from '../check/check.policy.ts';
import type { AcceptedSend } from '../check/story.policy.ts';
import { acceptedSends, recordedFacts, requestTimes, type Sources } from '../gather.ts';
import { workloadOf } from '../messages.policy.ts';
import { publish } from '../publish.ts';
import { compare, sourcesOf, untilSettled } from '../run.ts';
import { ChaosStack } from '../stack.ts';
import { stampOnArrival } from '../stamp.ts';
import { Gate } from './gate.ts';
import { type OutageFigures, outageFigures, waitsOf } from './outage.policy.ts';

/** An hour with 100,000 messages is played in five minutes: so long is it for one message, in milliseconds. */
const MS_PER_MESSAGE = 3;
/** How many times faster than an hour. */
const FACTOR = 12;

export interface OutageOptions {
  seed: number;
  messages: number;
  /** Replicas of email and retry: one or two. */
  replicas: number;
  ratePerS: number;
  /** Calls that a replica has out at a time; undefined: as it ships. */
  calls?: number;
  say: (line: string) => void;
  signal: AbortSignal;
  keep: boolean;
}

export interface OutageResult extends Verdict {
  outage: OutageFigures;
  seconds: number;
}

export interface SecondProviderResult extends Verdict {
  /** From the request to the acceptance, in milliseconds. */
  waits: ReturnType<typeof waitsOf>;
  /** Messages that were handed over to retry and waited there. */
  parked: number;
  messages: number;
}

/** Messages before the outage, and over how long. */
const WARM_UP = 500;
const WARM_UP_MS = 3_000;

const services = ['email', 'retry', 'reporting'] as const;

/** What is counted in minutes and seconds of a provider’s absence, in the time of this run. */
const compressed = {
  BREAKER_OPEN_MS: String(Math.round(5_000 / FACTOR)),
  BREAKER_MAX_OPEN_MS: String(60_000 / FACTOR),
  BREAKER_WINDOW_MS: '1000',
};

/** A system that reaches its first provider through a gate. */
async function startStack(
  { replicas, calls, say, signal }: OutageOptions,
  env: Record<string, string>,
): Promise<{ chaos: ChaosStack; gate: Gate }> {
  const gate = await Gate.open();
  const chaos = await ChaosStack.start({
    services,
    replicated: replicas > 1 ? ['email', 'retry'] : [],
    env: { ...compressed, ...(calls !== undefined && { BULKHEAD_CALLS: String(calls) }), ...env },
    serviceEnv: { email: { SENDGRID_BASE_URL: gate.url } },
    say,
    signal,
  });
  gate.leadTo(chaos.stack.urls.sandbox ?? '');
  return { chaos, gate };
}

/** The only provider goes away while upstream publishes, and comes back. */
export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { messages: count, ratePerS, say, signal } = options;
  const begin = performance.now();
  const { chaos, gate } = await startStack(options, { SENDGRID_RATE_PER_S: String(ratePerS) });
  try {
    const sources = sourcesOf(chaos, options);
    await stampOnArrival(sources.kafka);
    const { messages, records } = aWorkload(options, sources);
    await warmUp(sources, options);
    const ms = count * MS_PER_MESSAGE;
    say(`the provider is away for ${ms / 1_000} s, and ${count} messages are published meanwhile`);
    const from = Date.now();
    await gate.vanish();
    const [acknowledged] = await Promise.all([publish(sources.kafka, records, { ms, signal }), delay(ms)]);
    const published = messages.filter(({ messageId }) => acknowledged.has(messageId));
    const to = Date.now();
    await gate.comeBack();
    say('it is back');
    await untilSettled(sources, published.length, 60_000, options);
    const verdict = await compare(sources, published, chaos.crashes);
    const sends = await acceptedSends(sources);
    const facts = await recordedFacts(sources);
    const outage = outageFigures({
      from,
      to,
      published: published.length,
      ratePerS,
      facts,
      accepted: sends.map(({ messageId, acceptedAt: at }) => ({ messageId, at })),
    });
    return { ...verdict, outage, seconds: (performance.now() - begin) / 1_000 };
  } finally {
    await chaos.stop({ keep: options.keep });
    await gate.close();
  }
}

/** One of two providers goes away, and the other one can take everything. */
export async function runWithSecondProvider(options: OutageOptions): Promise<SecondProviderResult> {
  const { messages: count, say, signal } = options;
  const { chaos, gate } = await startStack(options, {
    EMAIL_PROVIDERS: 'sendgrid,resend',
    RESEND_RATE_PER_S: '2000',
    SANDBOX_RESEND_RATE_PER_S: '2000',
  });
  try {
    const sources = sourcesOf(chaos, options);
    await stampOnArrival(sources.kafka);
    const { messages, records } = aWorkload(options, sources);
    say(`one provider of two is away, and ${count} messages are published meanwhile`);
    await warmUp(sources, options);
    await gate.vanish();
    const acknowledged = await publish(sources.kafka, records, { ms: count * MS_PER_MESSAGE, signal });
    const published = messages.filter(({ messageId }) => acknowledged.has(messageId));
    await untilSettled(sources, published.length, 60_000, options);
    const verdict = await compare(sources, published, chaos.crashes);
    const facts = await recordedFacts(sources);
    const parked = new Set(facts.filter(({ fact }) => fact.status === 'scheduled').map(({ fact }) => fact.messageId))
      .size;
    const waits = waitsOf(await took(sources, await acceptedSends(sources)));
    return { ...verdict, waits, parked, messages: published.length };
  } finally {
    await chaos.stop({ keep: options.keep });
    await gate.close();
  }
}

/** A service that has just started answers slowly, and has more calls out than it will ever have again. */
async function warmUp({ kafka, tenant }: Sources, { signal }: OutageOptions): Promise<void> {
  const topic = topicName(topics.emailRequested, 'messaging.');
  const records = Array.from({ length: WARM_UP }, (_, index) => {
    const messageId = `before-${tenant}-${index}`;
    const to = [{ email: `warm-up-${index}@inbox.test` }];
    const value = JSON.stringify({ messageId, tenant: `before-${tenant}`, to, subject: 'Before', text: 'Before' });
    return { topic, key: null, messageId, value };
  });
  await publish(kafka, records, { ms: WARM_UP_MS, signal });
  await delay(2_000);
}

function aWorkload({ seed, messages: count }: OutageOptions, { tenant }: Sources) {
  return workloadOf({ seed, count, tenant, channels: ['email'], repeated: 0.02 });
}

/** From when the broker took the first request of a message until the provider took the message. */
async function took(sources: Sources, sends: readonly AcceptedSend[]): Promise<number[]> {
  const asked = await requestTimes(sources, topics.emailRequested);
  return sends.flatMap(({ messageId, acceptedAt }) => {
    const at = asked.get(messageId);
    return at === undefined ? [] : [acceptedAt - at];
  });
}
