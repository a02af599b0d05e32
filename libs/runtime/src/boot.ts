import { setFlagsFromString } from 'node:v8';
import { InvalidConfiguration, MessagingError } from '#libs/contracts';
import { createPool, migrate, type Migration, type PostgresConfig, requireSchema } from '#libs/persistence';
import { createLogger, NestLogger, startTelemetry } from '#libs/telemetry';
import {
  createKafka,
  type Decoded,
  type HeadedRecord,
  HeldTopics,
  type IncomingRecord,
  type KafkaConfig,
  KafkaStrategy,
  type Offsets,
  Publisher,
  skipWhenFetched,
  Stopping,
  untilUp,
} from '#libs/transport';
import { type ConfigSchema, loadConfig } from './config.ts';
import { showConsumption } from './consumption.ts';
import { cached, Health } from './health.ts';
import { Jobs } from './jobs.ts';
import { createHttpAdapter } from './http/http.ts';
import { type InternalConfig, listenInternally } from './http/internal-port.ts';
import type { Reread } from './restore/rereading.ts';
import { RestoreGuard } from './restore/restore-guard.ts';
import { RuntimeModule, type ServiceCore } from './runtime.module.ts';
import type { ServiceConfig } from './service.config.ts';
import { limitConnections } from './http/slow-clients.ts';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Kafka } from 'kafkajs';
import type { z } from 'zod';

/** A service that reporting asks has an internal port. */
type BaseConfig = ServiceConfig & KafkaConfig & PostgresConfig & Partial<InternalConfig>;

const hasInternalPort = <C extends BaseConfig>(config: C): config is C & InternalConfig =>
  config.INTERNAL_PORT !== undefined;

export interface ServiceDefinition<S extends ConfigSchema> {
  /** Also its consumer group, schema and span name. */
  name: string;
  schema: S;
  migrations: readonly Migration[];
  /** The service's own module. */
  module: Type;
  /** Reads what can be read of a record that breaks its schema; undefined: nothing, it is quarantined. */
  salvage?: (record: IncomingRecord) => Decoded | undefined;
  /** Called after a record is quarantined: its message must be ended. */
  onQuarantine?: (app: NestFastifyApplication, record: IncomingRecord, error: unknown) => Promise<void>;
  /** Whether a record may be skipped, by those of its headers that begin with `ce_fact`. */
  skip?: (record: HeadedRecord) => boolean;
  /** Whether a decoded record is skipped: for tests of lost records. */
  lose?: (record: IncomingRecord) => boolean;
  /** Called with its partitions, by full topic name, each time they are assigned. */
  onAssigned?: (app: NestFastifyApplication, assignment: Record<string, number[]>) => void;
  /** Called before it listens, for example to add API docs. */
  prepare?: (app: NestFastifyApplication, config: z.infer<S>) => Promise<void> | void;
  /** Checked once Kafka is there, before the first record; InvalidConfiguration ends the service. */
  beforeConsuming?: (app: NestFastifyApplication, kafka: Kafka, config: z.infer<S>) => Promise<void>;
  /**
   * What is read again after its schema was restored from a backup, in this order; it has a table `followed`.
   * Undefined: a restore is not noticed.
   */
  restore?: (app: NestFastifyApplication) => readonly Reread[];
  /** Maximum size of an HTTP request's body, in bytes. */
  bodyLimit?: number;
}

export interface RunningService {
  app: NestFastifyApplication;
  /** Resolves when it consumes; rejects when it never will. */
  ready: Promise<void>;
  /** Resolves when it has stopped by itself, since its database was set back: started again, it is paused. */
  setBack: Promise<void>;
  /** Stops in this order: HTTP, records in work, Kafka, PostgreSQL. */
  stop(): Promise<void>;
}

/**
 * Starts a service and stops it on SIGTERM or SIGINT; an invalid configuration ends the process with 78 (EX_CONFIG).
 */
export async function runService<S extends ConfigSchema>(definition: ServiceDefinition<S>): Promise<void> {
  // By default V8 lets the heap of a busy service grow to three times its live objects before it collects garbage.
  setFlagsFromString('--heap-growing-percent=60');
  try {
    const service = await bootService(definition);
    const stop = () =>
      void service.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    void service.setBack.then(() => process.exit(1));
    await service.ready;
  } catch (error) {
    const ours = error instanceof MessagingError;
    process.stderr.write(
      `${definition.name} cannot start: ${ours ? `${error.message}\n${error.remedy}` : (error as Error).stack}\n`,
    );
    process.exit(ours ? 78 : 1);
  }
}

/** Listens at once; consumption begins when PostgreSQL and Kafka can be reached, however long that takes. */
export async function bootService<S extends ConfigSchema>(
  definition: ServiceDefinition<S>,
  env = process.env,
): Promise<RunningService> {
  const config = loadConfig(definition.schema, env) as BaseConfig;
  const stopTelemetry = await startTelemetry(`messaging-${definition.name}`, env, {
    host: config.METRICS_HOST,
    port: config.METRICS_PORT,
  });
  const logger = createLogger(definition.name, config.LOG_LEVEL);
  const kafka = createKafka(config, definition.name, logger);
  const stopping = new AbortController();
  const setBack = Promise.withResolvers<void>();
  const pool = createPool(config, definition.name, (err) => logger.warn({ err }, 'an idle database connection broke'));
  const around = { config, logger, kafka, pool, stopping: stopping.signal };
  const restore = new RestoreGuard({ ...around, service: definition.name }, () => void stop().then(setBack.resolve));
  if (definition.skip) {
    // What was skipped by its header is needed after a restore.
    const readsAll = () => restore.isPaused;
    skipWhenFetched(kafka, { prefix: config.KAFKA_TOPIC_PREFIX, rule: definition.skip, readsAll });
  }
  const core: ServiceCore<BaseConfig> = {
    ...around,
    name: definition.name,
    publisher: new Publisher(kafka, config, definition.name),
    health: new Health(),
    jobs: new Jobs({ logger, stopping: stopping.signal }),
    held: new HeldTopics(),
    restore,
  };
  const app = await createApp(definition, core);
  const strategy = new KafkaStrategy({
    ...core,
    service: definition.name,
    graceMs: config.SHUTDOWN_GRACE_MS,
    onAssigned: (assignment) => definition.onAssigned?.(app, assignment),
    ...(definition.salvage && { salvage: definition.salvage }),
    skip: (record) => record.skipped === true || definition.lose?.(record) === true,
    onQuarantine: async (record, error) => definition.onQuarantine?.(app, record, error),
    ...(definition.restore && { beforeCommit: (offsets: Offsets) => restore.beforeCommit(offsets) }),
  });
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  const schemaReady = { done: false };
  addVitalChecks(core, strategy, schemaReady);
  if (definition.restore) {
    core.health.addConcern('restored', () => restore.concern());
    core.jobs.add({ name: 'restored database', everyMs: 1_000, round: () => restore.look() });
  }
  await definition.prepare?.(app, config as z.infer<S>);
  limitConnections(app.getHttpServer(), config, logger);
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  const internal = hasInternalPort(config) ? await listenInternally(app, config, logger) : undefined;

  const ready = (async () => {
    const bring = config.DATABASE_MIGRATE ? migrate : requireSchema;
    await untilDone(core, () => bring(core.pool, definition.name, definition.migrations));
    schemaReady.done = true;
    await untilDone(core, () => core.publisher.connect());
    await untilDone(core, async () => definition.beforeConsuming?.(app, kafka, config as z.infer<S>));
    if (definition.restore) {
      const rereads = definition.restore(app);
      await untilDone(core, () => restore.untilUsable(rereads));
    }
    core.jobs.start();
    await app.startAllMicroservices();
    logger.info({ port: config.HTTP_PORT }, 'ready');
    void tellConcerns(core);
  })().catch((error: unknown) => {
    if (!(error instanceof Stopping)) throw error;
  });
  ready.catch((err: unknown) => logger.error({ err }, 'the service could not become ready'));

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= end());
  const end = async () => {
    stopping.abort();
    logger.info('stopping');
    await Promise.all([app.close(), internal?.close(), core.jobs.ended()]);
    await ready.catch(() => undefined);
    await restore.close();
    await core.publisher.close().catch(() => undefined);
    await core.pool.end().catch(() => undefined);
    await stopTelemetry();
    logger.info('stopped');
  };
  return { app, ready, setBack: setBack.promise, stop };
}

async function createApp<S extends ConfigSchema>(
  definition: ServiceDefinition<S>,
  core: ServiceCore<BaseConfig>,
): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter({
    bodyLimit: definition.bodyLimit,
    limits: core.config,
    divided: hasInternalPort(core.config),
  });
  return NestFactory.create<NestFastifyApplication>(serviceModule(definition.module, core), adapter, {
    rawBody: true,
    logger: new NestLogger(core.logger),
    abortOnError: false,
  });
}

/** Faults at a provider are also logged once at the start: few people read a readiness that stays ready. */
async function tellConcerns({ health, logger, stopping }: ServiceCore): Promise<void> {
  const concerns = await health.concerns();
  if (stopping.aborted) return;
  for (const concern of concerns) logger.warn(concern, 'a provider needs attention; npm run doctor says more');
}

function addVitalChecks(core: ServiceCore, strategy: KafkaStrategy, schemaReady: { done: boolean }): void {
  const postgres = cached(async () => {
    await core.pool.query('SELECT 1');
    return schemaReady.done
      ? { status: 'ok' }
      : { status: 'down', meaning: 'The service’s schema is not up to date yet.' };
  }, 1_000);
  core.health.addVital('postgres', postgres);
  // While a restore is made good nothing is consumed, and that is no fault: webhooks are taken.
  const isWell = () => strategy.isReady || core.restore.isPaused;
  core.health.addVital('kafka', () => Promise.resolve({ status: isWell() ? 'ok' : 'down' }));
  showConsumption(core.health, strategy.watch);
  core.health.addConcern('jobs', () => core.jobs.concern());
}

/**
 * Repeats it until it succeeds.
 * @throws Stopping when the service stops; errors that waiting cannot help
 */
async function untilDone({ logger, stopping }: ServiceCore, work: () => Promise<unknown>): Promise<void> {
  const canWait = (error: unknown) => !(error instanceof InvalidConfiguration);
  const waiting = 'waiting for a dependency before the service can start';
  await untilUp({ logger, stopping, canWait, waiting }, work);
  if (stopping.aborted) throw new Stopping();
}

function serviceModule(own: Type, core: ServiceCore): DynamicModule {
  class ServiceModule {}
  Module({})(ServiceModule);
  return { module: ServiceModule, imports: [RuntimeModule.of(core), own] };
}
