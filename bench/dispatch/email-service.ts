import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/setup/free-ports.ts';
import type { Bench } from '../bench.ts';
import { Child } from '../foundation/child.ts';
import { cpuMs, memoryMb } from '../foundation/proc.ts';
import { PREFIX } from './upstream.ts';

const entry = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'email', 'src', 'main.js');

/** No webhook comes here, but the service does not start without a real key. */
const webhookKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

export interface EmailServiceOptions {
  /** Where spans are exported; undefined switches tracing off. */
  otlpUrl: string | undefined;
  env?: Record<string, string> | undefined;
  /** Write a CPU profile into this folder when it ends. */
  cpuProfile?: string | undefined;
}

/** The email service as it ships: compiled, a process of its own, all settings at their defaults. */
export class EmailService {
  private readonly child: Child;
  readonly log: string;

  constructor(
    { foundation, provider, closers }: Bench,
    port: string,
    { otlpUrl, env, cpuProfile }: EmailServiceOptions,
  ) {
    this.log = join(foundation.dataDir, 'logs', 'email.log');
    const profiling = cpuProfile ? ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`] : [];
    this.child = new Child(
      entry,
      {
        log: this.log,
        node: ['--enable-source-maps', '--max-semi-space-size=16', ...profiling],
        env: {
          HTTP_HOST: '127.0.0.1',
          HTTP_PORT: port,
          METRICS_PORT: '0',
          KAFKA_BROKERS: foundation.kafkaBrokers,
          KAFKA_TOPIC_PREFIX: PREFIX,
          DATABASE_URL: foundation.databaseUrl,
          RECIPIENT_HASH_KEY: 'only for the bench',
          EMAIL_FROM: 'Messaging <no-reply@messaging.test>',
          SENDGRID_API_KEY: 'SG.bench',
          SENDGRID_BASE_URL: provider.url,
          SENDGRID_WEBHOOK_PUBLIC_KEY: webhookKey,
          ...(otlpUrl ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl } : { OTEL_SDK_DISABLED: 'true' }),
          ...env,
        },
      },
      closers,
    );
  }

  static async start(bench: Bench, options: EmailServiceOptions): Promise<EmailService> {
    const [port] = (await freePorts(1)) as [string];
    return new EmailService(bench, port, options);
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

  /** Runs `work`, unless the service ends meanwhile; then its last words are told. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = this.child.next('failed').then((): never => {
      throw new Error('the email service failed');
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
