import { type Bench, IN_FLIGHT } from '../bench.ts';
import { startChild } from '../foundation/child.ts';
import { laneQuotaOf } from '../../libs/transport/src/partition/flight.policy.ts';
import { loadBullMq } from '../peers/bullmq.ts';
import type { Product } from '../product/product.ts';
import { type PeerOptions, runPeer } from './peer.ts';
import { type RunOptions, type RunResult, runProduct, type TraceSink } from './product-run.ts';
import { type Sender, senders } from './senders.ts';

/** What one round has measured. */
export interface Round {
  /** Messages per second of each sender; a sentence where one could not be measured. */
  speeds: Partial<Record<Sender, number | string>>;
  /** What else is known of the senders that are this product. */
  runs: Partial<Record<Sender, RunResult>>;
}

export interface RoundOptions {
  number: number;
  messages: number;
  warmUp: number;
  only: ReadonlySet<Sender>;
  env?: Record<string, string> | undefined;
  cpuProfile?: string | undefined;
}

/** Who and what takes part. */
export interface Field {
  bench: Bench;
  ours: Product;
  /** The state before the pipeline, or why it is missing. */
  base: Product | { missing: string };
  sink: TraceSink;
}

/** What a load of no measured service is taken for, in messages per second. */
const USUAL_LOAD = 3_000;

/** One round: every sender once, one after another, so that what disturbs the machine disturbs all of them. */
export class RoundOfSenders {
  private readonly field: Field;
  private readonly options: RoundOptions;
  private readonly round: Round = { speeds: {}, runs: {} };

  constructor(field: Field, options: RoundOptions) {
    this.field = field;
    this.options = options;
  }

  async run(): Promise<Round> {
    for (const sender of senders) {
      if (!this.options.only.has(sender)) continue;
      const speed = await this.measure(sender);
      this.round.speeds[sender] = speed;
      const cpu = this.round.runs[sender]?.cpuUsPerMessage;
      this.field.bench.say(
        `round ${this.options.number}: ${sender} ` +
          (typeof speed === 'number' ? `${Math.round(speed)}/s` : `not measured: ${speed}`) +
          (cpu === undefined ? '' : `, ${Math.round(cpu)} µs of processor time a message`),
      );
    }
    return this.round;
  }

  private measure(sender: Sender): Promise<number | string> {
    const { ours, base } = this.field;
    switch (sender) {
      case 'ours':
        return this.product(sender, ours, { cpuProfile: this.options.cpuProfile });
      case 'base':
        return 'missing' in base ? Promise.resolve(base.missing) : this.product(sender, base, { env: undefined });
      case 'oursUntraced':
        return this.product(sender, ours, { traced: false });
      case 'oursCoalesced':
        return this.product(sender, ours, { lane: 'bulk', coalesced: true, env: { EMAIL_COALESCE_LINGER_MS: '20' } });
      case 'oursTwoReplicas':
        return this.product(sender, ours, { replicas: 2 });
      case 'ceiling':
        return this.ceiling();
      case 'sameWork':
        return this.sameWork();
      case 'bullmq':
        return this.onRedis('bullmq.peer.ts');
      case 'sendgridSdk':
        return this.peer({ script: 'sendgrid-sdk.peer.ts' });
      case 'nestStock6':
        return this.nestStock(6);
      case 'nestStock1':
        return this.nestStock(1);
    }
  }

  private async product(sender: Sender, product: Product, more: Partial<RunOptions>): Promise<number> {
    const { number, messages, warmUp, env } = this.options;
    const result = await runProduct(this.field.bench, product, this.field.sink, {
      run: `${sender}-${number}-${process.pid}`,
      messages,
      warmUp,
      lane: 'transactional',
      traced: true,
      ...more,
      ...('env' in more ? { env: more.env && { ...env, ...more.env } } : { env }),
    });
    this.round.runs[sender] = result;
    return result.perSecond;
  }

  /**
   * The bare loop with as many calls at a time as ours may have, while Kafka, PostgreSQL and the stub are as busy as
   * with ours.
   */
  private async ceiling(): Promise<number> {
    const { bench, ours } = this.field;
    const topic = `bench-load-${this.options.number}`;
    await ours.upstream.createTopic(topic, 6);
    const { perSecond = USUAL_LOAD, callsAtOnce = 0 } = this.round.runs.ours ?? {};
    const { child } = await startChild(
      'dispatch/background.peer.ts',
      {
        KAFKA_BROKERS: bench.foundation.kafkaBrokers,
        DATABASE_URL: bench.foundation.databaseUrl,
        TOPIC: topic,
        PER_SECOND: String(Math.round(perSecond)),
      },
      bench.closers,
    );
    try {
      return await this.peer({
        script: 'ceiling.peer.ts',
        inFlight: Math.max(callsAtOnce, laneQuotaOf('transactional', IN_FLIGHT)),
      });
    } finally {
      await child.stop('SIGKILL');
    }
  }

  private async sameWork(): Promise<number | string> {
    const { bench, ours, sink } = this.field;
    const topic = `bench-same-work-${this.options.number}`;
    await ours.upstream.createTopic(topic, 6);
    return this.onRedis('same-work.peer.ts', {
      KAFKA_BROKERS: bench.foundation.kafkaBrokers,
      DATABASE_URL: bench.foundation.databaseUrl,
      TOPIC: topic,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    });
  }

  private async onRedis(script: string, env: Record<string, string> = {}): Promise<number | string> {
    const { redisPort } = this.field.bench.foundation;
    if (redisPort === null) return 'redis-server is not installed (Debian: apt-get install -y redis-server)';
    if (!loadBullMq()) return 'bullmq is not installed (npm ci)';
    return this.peer({ script, env: { ...env, REDIS_PORT: String(redisPort) } });
  }

  /** A hundredth of the messages for each partition at once: it would take most of an hour otherwise. */
  private async nestStock(partitionsAtOnce: number): Promise<number> {
    const { bench, ours } = this.field;
    const messages = Math.max(20, Math.round((this.options.messages / 200) * partitionsAtOnce));
    const warmUp = 6;
    const topic = `bench-nest-${partitionsAtOnce}-${this.options.number}`;
    await ours.upstream.createTopic(topic, 6);
    await ours.upstream.request(topic, warmUp + messages, { topic });
    const env = {
      KAFKA_BROKERS: bench.foundation.kafkaBrokers,
      TOPIC: topic,
      PARTITIONS_AT_ONCE: String(partitionsAtOnce),
    };
    return this.peer({ script: 'nest-stock.peer.ts', warmUp, messages, env });
  }

  private peer(options: Pick<PeerOptions, 'script'> & Partial<PeerOptions>): Promise<number> {
    const { messages, warmUp } = this.options;
    return runPeer(this.field.bench, { messages, warmUp, ...options });
  }
}
