import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { startChild } from '../foundation/child.ts';
import { loadBullMq } from '../peers/bullmq.ts';
import { type OursOptions, type OursResult, runOurs, type TraceSink } from './ours.ts';
import { type PeerOptions, runPeer } from './peer.ts';
import type { Upstream } from './upstream.ts';

export const senders = [
  'ours',
  'ceiling',
  'oursUntraced',
  'oursCoalesced',
  'bullmq',
  'sendgridSdk',
  'nestStock6',
  'nestStock1',
] as const;
export type Sender = (typeof senders)[number];

/** Messages per second of each sender in one round; a sentence where one could not be measured. */
export interface Round {
  speeds: Partial<Record<Sender, number | string>>;
  ours?: OursResult;
}

export interface RoundOptions {
  number: number;
  messages: number;
  warmUp: number;
  only: ReadonlySet<Sender>;
  env?: Record<string, string> | undefined;
  cpuProfile?: string | undefined;
}

/** What a load of no measured service is taken for, in messages per second. */
const USUAL_LOAD = 3_000;

/** One round: every sender once, one after another, so that what disturbs the machine disturbs all of them. */
export class RoundOfSenders {
  private readonly bench: Bench;
  private readonly upstream: Upstream;
  private readonly sink: TraceSink;
  private readonly options: RoundOptions;
  private readonly round: Round = { speeds: {} };

  constructor(bench: Bench, upstream: Upstream, sink: TraceSink, options: RoundOptions) {
    this.bench = bench;
    this.upstream = upstream;
    this.sink = sink;
    this.options = options;
  }

  async run(): Promise<Round> {
    for (const sender of senders) {
      if (!this.options.only.has(sender)) continue;
      const speed = await this.measure(sender);
      this.round.speeds[sender] = speed;
      this.bench.say(
        `round ${this.options.number}: ${sender} ` +
          `${typeof speed === 'number' ? `${Math.round(speed)}/s` : `not measured: ${speed}`}`,
      );
    }
    return this.round;
  }

  private async measure(sender: Sender): Promise<number | string> {
    const { messages, warmUp } = this.options;
    const { redisPort } = this.bench.foundation;
    switch (sender) {
      case 'ours':
        this.round.ours = await this.ours('ours', { traced: true, cpuProfile: this.options.cpuProfile });
        return this.round.ours.perSecond;
      case 'oursUntraced':
        return (await this.ours('untraced', { traced: false })).perSecond;
      case 'oursCoalesced':
        return this.coalesced();
      case 'ceiling':
        return this.ceiling();
      case 'bullmq':
        if (redisPort === null) return 'redis-server is not installed (Debian: apt-get install -y redis-server)';
        if (!loadBullMq()) return 'bullmq is not installed (npm ci)';
        return this.peer({ script: 'bullmq.peer.ts', warmUp, messages, env: { REDIS_PORT: String(redisPort) } });
      case 'sendgridSdk':
        return this.peer({ script: 'sendgrid-sdk.peer.ts', warmUp, messages });
      case 'nestStock6':
        return this.nestStock(6);
      case 'nestStock1':
        return this.nestStock(1);
    }
  }

  private ours(name: string, more: Partial<OursOptions> & { traced: boolean }): Promise<OursResult> {
    const { number, messages, warmUp, env } = this.options;
    const run = `${name}-${number}-${process.pid}`;
    return runOurs(this.bench, this.upstream, this.sink, {
      run,
      messages,
      warmUp,
      lane: 'transactional',
      ...more,
      env: { ...env, ...more.env },
    });
  }

  private async coalesced(): Promise<number | string> {
    if (!settings().includes('EMAIL_COALESCE_LINGER_MS'))
      return 'the email service does not coalesce yet (EMAIL_COALESCE_LINGER_MS)';
    return (
      await this.ours('coalesced', {
        traced: true,
        lane: 'bulk',
        coalesced: true,
        env: { EMAIL_COALESCE_LINGER_MS: '20' },
      })
    ).perSecond;
  }

  /** The bare loop, while Kafka, PostgreSQL and the stub are as busy as with ours. */
  private async ceiling(): Promise<number> {
    const { foundation, closers } = this.bench;
    const topic = `bench-load-${this.options.number}`;
    await this.upstream.createTopic(topic, 6);
    const perSecond = String(Math.round(this.round.ours?.perSecond ?? USUAL_LOAD));
    const { child } = await startChild(
      'dispatch/background.peer.ts',
      {
        KAFKA_BROKERS: foundation.kafkaBrokers,
        DATABASE_URL: foundation.databaseUrl,
        TOPIC: topic,
        PER_SECOND: perSecond,
      },
      closers,
    );
    try {
      return await this.peer({
        script: 'ceiling.peer.ts',
        warmUp: this.options.warmUp,
        messages: this.options.messages,
      });
    } finally {
      await child.stop('SIGKILL');
    }
  }

  /** A hundredth of the messages for each partition at once: it would take most of an hour otherwise. */
  private async nestStock(partitionsAtOnce: number): Promise<number> {
    const messages = Math.max(20, Math.round((this.options.messages / 200) * partitionsAtOnce));
    const warmUp = 6;
    const topic = `bench-nest-${partitionsAtOnce}-${this.options.number}`;
    await this.upstream.createTopic(topic, 6);
    await this.upstream.request(topic, warmUp + messages, { topic });
    const env = {
      KAFKA_BROKERS: this.bench.foundation.kafkaBrokers,
      TOPIC: topic,
      PARTITIONS_AT_ONCE: String(partitionsAtOnce),
    };
    return this.peer({ script: 'nest-stock.peer.ts', warmUp, messages, env });
  }

  private peer(options: PeerOptions): Promise<number> {
    return runPeer(this.bench, options);
  }
}

/** The settings of every service, as generated from their schemas. */
const settings = () => readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
