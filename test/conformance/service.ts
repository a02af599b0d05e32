import { InfrastructureDown, RecordRefused } from '#libs/contracts';
import { createPool, type PostgresConfig } from '#libs/persistence';
import {
  type ConfigSchema,
  createHttpAdapter,
  type InternalConfig,
  listenInternally,
  Health,
  loadConfig,
  type Route,
  routesOf,
  Jobs,
  RestoreGuard,
  RuntimeModule,
  type ServiceConfig,
} from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import type { WebhookDelivery, WebhookService } from '#libs/testing';
import { createKafka, HeldTopics, type KafkaConfig, type Outgoing, Publisher } from '#libs/transport';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CountedEvents, FinishedSpans } from './telemetry.ts';

/**
 * A channel's service as it ships, but for what it stands on: its records are kept here, Kafka and PostgreSQL are never
 * reached.
 */
export interface ChannelService extends WebhookService {
  name: string;
  url: string;
  /** Where its operators' API is; undefined: it has none. */
  internalUrl: string | undefined;
  /** The address of a path, on the port that serves it. */
  urlAt(path: string): string;
  /** As they run. */
  routes: Route[];
  close(): Promise<void>;
}

/** Keeps what is published. */
class KeptRecords extends Publisher {
  readonly records: Outgoing[] = [];
  kafkaIsUp = true;
  refused: string | undefined;

  override publish(outgoing: Outgoing): Promise<void> {
    if (!this.kafkaIsUp) return Promise.reject(new InfrastructureDown('kafka', 'publish'));
    if (outgoing.topic.name === this.refused) return Promise.reject(new RecordRefused(this.refused));
    this.records.push(outgoing);
    return Promise.resolve();
  }

  override publishAll(records: readonly Outgoing[]): Promise<(RecordRefused | undefined)[]> {
    return Promise.all(records.map((record) => this.publish(record).then(() => undefined, refusalOf)));
  }
}

/** @throws InfrastructureDown */
function refusalOf(error: unknown): RecordRefused {
  if (error instanceof RecordRefused) return error;
  throw error;
}

export interface Around {
  name: string;
  schema: ConfigSchema;
  module: Type | DynamicModule;
  env: Record<string, string>;
  prepare?: (app: NestFastifyApplication) => void;
  /** `empty`: a stand-in that holds nothing; `down`, the default: it cannot be reached. */
  postgres?: 'empty' | 'down';
}

/** Answers every question with no rows. */
const holdsNothing = { query: () => Promise.resolve({ rows: [], rowCount: 0 }) };

export async function startService(
  { name, schema, module, env, prepare, postgres = 'down' }: Around,
  spans: FinishedSpans,
  counts: CountedEvents,
): Promise<ChannelService> {
  const config = loadConfig(schema, {
    ...env,
    KAFKA_BROKERS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  }) as KafkaConfig & PostgresConfig & ServiceConfig & Partial<InternalConfig>;
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(name, 'silent');
  for (const level of ['info', 'warn', 'error'] as const) {
    Object.assign(logger, { [level]: (fields: object, message: string) => lines.push({ ...fields, level, message }) });
  }
  const kafka = createKafka(config, name, logger);
  const publisher = new KeptRecords(kafka, config, name);
  const pool = Object.assign(
    createPool(config, name, () => undefined),
    postgres === 'empty' && holdsNothing,
  );
  const stopping = new AbortController();
  const health = new Health();
  const jobs = new Jobs({ logger, stopping: stopping.signal });
  const held = new HeldTopics();
  const around = { kafka, config, logger, pool, stopping: stopping.signal };
  const restore = new RestoreGuard({ ...around, service: name });
  const core = { ...around, name, publisher, health, jobs, held, restore };
  class ServiceModule {}
  Module({})(ServiceModule);
  const divided = config.INTERNAL_PORT !== undefined;
  const adapter = createHttpAdapter({ limits: config, divided });
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: ServiceModule, imports: [RuntimeModule.of(core), module] },
    adapter,
    { rawBody: true, logger: false, abortOnError: false },
  );
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const internal = divided
    ? await listenInternally(app, { ...config, INTERNAL_HOST: '127.0.0.1', INTERNAL_PORT: 0 }, logger)
    : undefined;
  return {
    name,
    url,
    internalUrl: internal?.url,
    urlAt: (path) => (internal && path.startsWith('/v1/') ? internal.url : url) + path,
    routes: routesOf(app.getHttpServer())!.all(),
    close: async () => {
      stopping.abort();
      await Promise.all([app.close(), internal?.close()]);
      await pool.end();
    },
    // Through all of Fastify and Nest, without a socket: thousands are posted.
    post: async ({ path, headers, body }: WebhookDelivery) =>
      (await app.inject({ method: 'POST', url: path, headers, payload: body })).statusCode,
    published: () => publisher.records.map(({ topic, value, headers = {} }) => ({ topic: topic.name, value, headers })),
    log: () => lines,
    spans: () => spans.all(),
    counted: (provider, kind) => counts.of('mi.webhook.other', { 'mi.provider': provider, 'mi.event': kind }),
    kafka: (is) => {
      publisher.kafkaIsUp = is === 'up';
    },
    refuse: (topic) => {
      publisher.refused = topic;
    },
    unusable: (provider) => counts.all('mi.webhook.unusable', 'mi.provider', provider),
    clear: () => {
      publisher.records.length = 0;
      lines.length = 0;
      spans.clear();
    },
  };
}
