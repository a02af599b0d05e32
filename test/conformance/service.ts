import { InfrastructureDown } from '#libs/contracts';
import { createPool, type PostgresConfig } from '#libs/persistence';
import { type ConfigSchema, Health, loadConfig, RuntimeModule } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import type { WebhookDelivery, WebhookHouse } from '#libs/testing';
import { createKafka, type KafkaConfig, type Outgoing, Publisher } from '#libs/transport';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CountedEvents, FinishedSpans } from './telemetry.ts';

/** A channel's service as it ships, but for what it stands on: its records are kept here, Kafka and PostgreSQL are never reached. */
export interface ChannelService extends WebhookHouse {
  url: string;
  close(): Promise<void>;
}

/** Keeps what is published. */
class KeptRecords extends Publisher {
  readonly records: Outgoing[] = [];
  kafkaIsUp = true;

  override publish(outgoing: Outgoing): Promise<void> {
    if (!this.kafkaIsUp) return Promise.reject(new InfrastructureDown('kafka', 'publish'));
    this.records.push(outgoing);
    return Promise.resolve();
  }
}

export interface Around {
  name: string;
  schema: ConfigSchema;
  module: Type;
  env: Record<string, string>;
}

export async function startService({ name, schema, module, env }: Around, spans: FinishedSpans, counts: CountedEvents): Promise<ChannelService> {
  const config = loadConfig(schema, { ...env, KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }) as KafkaConfig & PostgresConfig;
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(name, 'silent');
  for (const level of ['info', 'warn', 'error'] as const) {
    Object.assign(logger, { [level]: (fields: object, message: string) => lines.push({ ...fields, level, message }) });
  }
  const kafka = createKafka(config, name, logger);
  const publisher = new KeptRecords(kafka, config, name);
  const pool = createPool(config, name, () => undefined);
  const core = { name, config, logger, kafka, publisher, pool, health: new Health(), stopping: new AbortController().signal };
  class ServiceModule {}
  Module({})(ServiceModule);
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: ServiceModule, imports: [RuntimeModule.of(core), module] },
    new FastifyAdapter(),
    { rawBody: true, logger: false, abortOnError: false },
  );
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    close: async () => {
      await app.close();
      await pool.end();
    },
    post: async ({ path, headers, body }: WebhookDelivery) => (await fetch(url + path, { method: 'POST', headers, body })).status,
    published: () => publisher.records.map(({ topic, value, headers = {} }) => ({ topic: topic.name, value, headers })),
    log: () => lines,
    spans: () => spans.all(),
    counted: (provider, kind) => counts.of('mi.webhook.other', { 'mi.provider': provider, 'mi.event': kind }),
    kafka: (is) => {
      publisher.kafkaIsUp = is === 'up';
    },
    clear: () => {
      publisher.records.length = 0;
      lines.length = 0;
      spans.clear();
    },
  };
}
