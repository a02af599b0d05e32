/**
 * One real Kafka and one real PostgreSQL for the integration tests, on free ports and in a temporary folder; told is
 * where they are.
 */
import { planKafka } from '../../apps/cli/src/stack/kafka/kafka.ts';
import { localDatabaseUrl, planPostgres } from '../../apps/cli/src/stack/postgres/postgres.ts';
import { loadSecrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import { freePorts } from './free-ports.ts';
import { host } from './hosting.ts';

await host('test', async ({ dataDir, layout, run }) => {
  const [kafka, controller, postgres] = await freePorts(3);
  const settings = readSettings({
    ...process.env,
    DATA_DIR: dataDir,
    KAFKA_PORT: kafka,
    KAFKA_CONTROLLER_PORT: controller,
    POSTGRES_PORT: postgres,
  });
  const secrets = loadSecrets(layout);
  const database = planPostgres(settings, layout, secrets);
  // What these tests write may be forgotten when the machine dies: not waiting for the disk saves a third of their
  // time.
  const forgetful = { ...database, args: [...database.args, '-c', 'fsync=off', '-c', 'full_page_writes=off'] };
  await Promise.all([run(planKafka(settings, layout)), run(forgetful)]);
  return {
    databaseUrl: localDatabaseUrl(settings.ports.postgres, secrets.databasePassword),
    kafkaBrokers: `127.0.0.1:${kafka}`,
  };
});
