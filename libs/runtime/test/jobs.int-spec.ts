import { migrate, type Migration } from '#libs/persistence';
import { aDatabase, eventually, kafkaBrokers, type TestDatabase } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Module } from '@nestjs/common';
import { postgresSettings } from '#libs/persistence';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { bootService, type RunningService } from '../src/boot.ts';
import { Jobs } from '../src/jobs.ts';
import { serviceSettings } from '../src/service.config.ts';

const migrations: Migration[] = [{ name: '001-table', sql: 'CREATE TABLE kept (id int)' }];
const schema = z.object({ ...serviceSettings(8080, 9464), ...kafkaSettings, ...postgresSettings });
let rounds = 0;

@Module({})
class ServiceModule {
  constructor(@Inject(Jobs) jobs: Jobs) {
    jobs.add({ name: 'count', everyMs: 10, round: () => Promise.resolve(void (rounds += 1)) });
  }
}

describe('the jobs of a service that starts', () => {
  let database: TestDatabase;
  let service: RunningService | undefined;
  beforeEach(async () => {
    database = await aDatabase();
  });
  afterEach(async () => {
    await service?.stop();
    await database.drop();
  });

  it('wait quietly for a schema that is not there yet, and end with the service', async () => {
    service = await bootService(
      { name: 'counting', schema, migrations, module: ServiceModule },
      {
        DATABASE_URL: database.url,
        DATABASE_MIGRATE: 'false',
        KAFKA_BROKERS: kafkaBrokers(),
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: '0',
        METRICS_PORT: '0',
        LOG_LEVEL: 'error',
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(rounds).toBe(0);
    await migrate(database.pool(), 'counting', migrations);
    await eventually(() => rounds > 2, { timeoutMs: 20_000, what: 'the rounds of the job' });
    await service.stop();
    service = undefined;
    const last = rounds;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(rounds).toBe(last);
  }, 40_000);
});
