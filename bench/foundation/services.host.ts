/**
 * A real Kafka, PostgreSQL and, where it is installed, Redis for the bench, on free ports and in a temporary folder.
 * PostgreSQL keeps its own durability (unlike in the tests): a claim that waits for the disk is part of what is
 * measured.
 */
import { planKafka } from '../../apps/cli/src/stack/kafka/kafka.ts';
import { localDatabaseUrl, planPostgres } from '../../apps/cli/src/stack/postgres/postgres.ts';
import { loadSecrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import { freePorts } from '../../test/setup/free-ports.ts';
import { host } from '../../test/setup/hosting.ts';
import { Redis } from './redis.ts';
import type { Foundation } from './services.ts';

await host('bench', async ({ dataDir, layout, atEnd, run }): Promise<Foundation> => {
  const [kafka, controller, postgres, redis] = (await freePorts(4)) as [string, string, string, string];
  // Whatever Kafka or database the shell names is somebody else's: the bench has its own.
  const { KAFKA_BROKERS: _, DATABASE_URL: __, ...ambient } = process.env;
  const settings = readSettings({
    ...ambient,
    DATA_DIR: dataDir,
    KAFKA_PORT: kafka,
    KAFKA_CONTROLLER_PORT: controller,
    POSTGRES_PORT: postgres,
  });
  const secrets = loadSecrets(layout);
  const cache = new Redis(Number(redis), dataDir);
  atEnd(() => cache.stop());
  const pids: Foundation['pids'] = {};
  const [redisPort] = await Promise.all([
    cache.start(),
    run(planKafka(settings, layout), { changed: ({ pid }) => (pids.kafka = pid ?? pids.kafka) }),
    run(planPostgres(settings, layout, secrets), { changed: ({ pid }) => (pids.postgres = pid ?? pids.postgres) }),
  ]);
  return {
    dataDir,
    databaseUrl: localDatabaseUrl(settings.ports.postgres, secrets.databasePassword),
    kafkaBrokers: `127.0.0.1:${kafka}`,
    redisPort,
    pids,
  };
});
