import type { Pool } from '#libs/persistence';
import { HeldTopics, kafkaSettings, Publisher } from '#libs/transport';
import type { Logger } from '#libs/telemetry';
import { ErrorFilter } from './http/error.filter.ts';
import { Health, HealthController } from './health.ts';
import { Jobs } from './jobs.ts';
import { tokenOf } from './made.ts';
import { RestoreGuard } from './restore/restore-guard.ts';
import { SETTINGS, settingsGroup } from './settings.ts';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Kafka } from 'kafkajs';

export const POOL = tokenOf<Pool>('postgres pool');
/** The Kafka client that everything in this process shares. */
export const KAFKA = tokenOf<Kafka>('kafka client');
export const LOGGER = tokenOf<Logger>('logger');
/** Aborted as soon as the service begins to stop. */
export const STOPPING = tokenOf<AbortSignal>('stopping');

/** The settings of the Kafka connection. */
export const kafkaConfig = settingsGroup('kafka', kafkaSettings);

/** What every service is built on. */
export interface ServiceCore<C = Record<string, unknown>> {
  name: string;
  config: C;
  logger: Logger;
  kafka: Kafka;
  publisher: Publisher;
  pool: Pool;
  health: Health;
  jobs: Jobs;
  /** Topics of which no more is read for now. */
  held: HeldTopics;
  restore: RestoreGuard;
  stopping: AbortSignal;
}

@Global()
@Module({})
export class RuntimeModule {
  static of(core: ServiceCore): DynamicModule {
    const provided = [
      { provide: SETTINGS, useValue: core.config },
      kafkaConfig.provider,
      { provide: POOL, useValue: core.pool },
      { provide: KAFKA, useValue: core.kafka },
      { provide: LOGGER, useValue: core.logger },
      { provide: STOPPING, useValue: core.stopping },
      { provide: Publisher, useValue: core.publisher },
      { provide: Health, useValue: core.health },
      { provide: Jobs, useValue: core.jobs },
      { provide: HeldTopics, useValue: core.held },
      { provide: RestoreGuard, useValue: core.restore },
    ];
    return {
      module: RuntimeModule,
      controllers: [HealthController],
      providers: [...provided, { provide: APP_FILTER, useFactory: () => new ErrorFilter(core.logger) }],
      exports: provided,
    };
  }
}
