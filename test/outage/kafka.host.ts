/** A Kafka for kafka.int-spec.ts that may be killed and frozen: it is started again whenever it dies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planKafka } from '../../apps/cli/src/stack/kafka/kafka.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import { freePorts } from '../setup/free-ports.ts';
import { host } from '../setup/hosting.ts';

export interface FragileKafka {
  brokers: string;
  /** Holds the number of the process that runs now, which leads a group of its own; empty while there is none. */
  pidFile: string;
}

await host('outage', async ({ dataDir, layout, run }): Promise<FragileKafka> => {
  const [port, controllerPort] = await freePorts(2);
  const settings = readSettings({
    ...process.env,
    DATA_DIR: dataDir,
    KAFKA_PORT: port,
    KAFKA_CONTROLLER_PORT: controllerPort,
  });
  const pidFile = join(dataDir, 'kafka.pid');
  await run(planKafka(settings, layout), {
    restarts: { firstWaitMs: 500, longestWaitMs: 500, deaths: 1_000, withinMs: 60_000 },
    changed: ({ pid }) => writeFileSync(pidFile, pid === undefined ? '' : String(pid)),
  });
  return { brokers: `127.0.0.1:${port}`, pidFile };
});
