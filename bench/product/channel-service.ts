import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/setup/free-ports.ts';
import type { Bench } from '../bench.ts';
import { Child } from '../foundation/child.ts';
import { cpuMs, memoryMb } from '../foundation/proc.ts';
import type { Product } from './product.ts';

const meter = join(import.meta.dirname, '..', 'foundation', 'allocation-meter.mjs');
const READY_WITHIN_MS = 60_000;

/** No webhook comes here, but the service does not start without a real key. */
const webhookKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

export interface ServiceOptions {
  /** Where spans are exported; undefined switches tracing off. */
  otlpUrl: string | undefined;
  env?: Record<string, string> | undefined;
  /** Write a CPU profile into this folder when it ends. */
  cpuProfile?: string | undefined;
}

/** What each channel's service needs to start. */
const needed = {
  email: ({ provider }: Bench, _url: string): Record<string, string> => ({
    EMAIL_FROM: 'Messaging <no-reply@messaging.test>',
    SENDGRID_API_KEY: 'SG.bench',
    SENDGRID_BASE_URL: provider.url,
    SENDGRID_WEBHOOK_PUBLIC_KEY: webhookKey,
  }),
  sms: ({ provider }: Bench, url: string): Record<string, string> => ({
    PUBLIC_URL: url,
    SMS_FROM: '+12025550100',
    TWILIO_BASE_URL: provider.url,
  }),
};

/** The service of a channel as it ships: compiled, a process of its own, all settings at their defaults. */
export class ChannelService {
  readonly url: string;
  private readonly name: string;
  private readonly child: Child;
  private readonly log: string;

  private constructor(
    bench: Bench,
    product: Product,
    channel: keyof typeof needed,
    port: string,
    options: ServiceOptions,
  ) {
    const { foundation, closers } = bench;
    const { otlpUrl, env, cpuProfile } = options;
    this.name = `${product.name} ${channel} service`;
    this.url = `http://127.0.0.1:${port}`;
    this.log = join(foundation.dataDir, 'logs', `${product.name}-${channel}.log`);
    const profiling = cpuProfile ? ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`] : [];
    this.child = new Child(
      join(product.root, 'dist', 'apps', channel, 'src', 'main.js'),
      {
        log: this.log,
        node: ['--import', meter, ...product.image.node, ...profiling],
        env: {
          HTTP_HOST: '127.0.0.1',
          HTTP_PORT: port,
          METRICS_PORT: '0',
          INTERNAL_PORT: '0',
          KAFKA_BROKERS: foundation.kafkaBrokers,
          KAFKA_TOPIC_PREFIX: product.prefix,
          DATABASE_URL: product.databaseUrl,
          RECIPIENT_HASH_KEY: 'only for the bench',
          ...product.image.env,
          ...needed[channel](bench, this.url),
          ...(otlpUrl ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl } : { OTEL_SDK_DISABLED: 'true' }),
          ...env,
        },
      },
      closers,
    );
  }

  static async start(
    bench: Bench,
    product: Product,
    channel: keyof typeof needed,
    options: ServiceOptions,
  ): Promise<ChannelService> {
    const [port] = (await freePorts(1)) as [string];
    return new ChannelService(bench, product, channel, port, options);
  }

  /** Most memory it has held so far, in MB; NaN where the system does not tell. */
  get peakMb(): number {
    return memoryMb(this.child.process.pid, 'VmHWM');
  }

  /** Memory it holds now, in MB; NaN where the system does not tell. */
  get residentMb(): number {
    return memoryMb(this.child.process.pid, 'VmRSS');
  }

  /** Processor time it has used so far, in milliseconds; NaN where the system does not tell. */
  get cpuMs(): number {
    return cpuMs(this.child.process.pid);
  }

  /** From now on what it allocates is counted. */
  meterAllocation(): void {
    this.child.tell({ allocation: 'start' });
  }

  /** Bytes allocated on V8's heap since `meterAllocation`. */
  async allocated(): Promise<number> {
    const report = this.child.next('allocated');
    this.child.tell({ allocation: 'stop' });
    return (await report).bytes;
  }

  /** Resolves when it takes requests. @throws Error when that takes longer than a minute */
  async ready(): Promise<void> {
    for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await delay(200)) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
    }
    throw new Error(`the ${this.name} was not ready within ${READY_WITHIN_MS / 1_000} s`);
  }

  /** Runs `work`, unless the service ends meanwhile; then the last lines of its log are shown. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = this.child.next('failed').then((): never => {
      throw new Error(`the ${this.name} failed`);
    });
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-8);
      throw new Error(`${(error as Error).message}\n${lines.join('\n')}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    // What it exports in batches has to be out.
    await delay(100);
    await this.child.stop('SIGTERM');
  }
}
