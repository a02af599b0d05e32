import type { OperatingService } from '#libs/contracts';
import { Publisher } from '#libs/transport';
import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { Jobs } from '../jobs.ts';
import { made } from '../made.ts';
import { LOGGER, POOL } from '../runtime.module.ts';
import { PostgresOperationJobs } from './operation-jobs.store.ts';
import { OperationRunner } from './operation-runner.service.ts';
import { OPERATION_WORKS, type OperationWork } from './operation-work.ts';

/**
 * What a service’s module provides to do jobs of operators; `OperationConsumer` goes among its controllers, and
 * `operationJobsSql` (libs/persistence) among its migrations.
 * @param service also the name of its schema
 * @param works the tokens of the kinds of jobs that it knows
 */
export const operationProviders = (
  service: OperatingService,
  works: readonly InjectionToken<OperationWork>[],
): Provider[] => [
  {
    provide: OPERATION_WORKS,
    inject: [...works],
    useFactory: (...each: OperationWork[]) => each,
  } satisfies FactoryProvider,
  made(
    OperationRunner,
    { pool: POOL, publisher: Publisher, jobs: Jobs, logger: LOGGER, works: OPERATION_WORKS },
    ({ pool, jobs, ...parts }) => {
      const runner = new OperationRunner({ service, store: new PostgresOperationJobs(pool, service), ...parts });
      runner.runIn(jobs);
      return runner;
    },
  ),
];
