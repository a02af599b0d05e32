/**
 * A real Kafka, PostgreSQL and, where it is installed, Redis for the bench, on free ports and in a temporary folder. A
 * process of its own: it stops them and removes the folder as soon as its standard input closes, however the bench
 * ends. PostgreSQL keeps its own durability (unlike in the tests): a claim that waits for the disk is part of what is
 * measured.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planKafka } from '../../apps/cli/src/stack/kafka/kafka.ts';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import { localDatabaseUrl, planPostgres } from '../../apps/cli/src/stack/postgres/postgres.ts';
import { readPlace } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { explain } from '../../apps/cli/src/problem.ts';
import { standardRestarts } from '../../apps/cli/src/stack/process/restart.policy.ts';
import { loadSecrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import { type ProcessPlan, SupervisedProcess } from '../../apps/cli/src/stack/process/supervised-process.ts';
import { freePorts } from '../../test/setup/free-ports.ts';
import { Redis } from './redis.ts';
import type { Foundation } from './services.ts';

const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-bench-')));
// PostgreSQL, which runs as another user where we are root, has to reach its data.
chmodSync(dataDir, 0o755);
const layout = layoutOf(dataDir);
const processes: { stop(): Promise<void> }[] = [];
let ending: Promise<void> | undefined;

process.stdin
  .resume()
  .on('end', () => end(0))
  .on('error', () => end(0));
process
  .on('SIGTERM', () => end(0))
  .on('SIGINT', () => end(0))
  .on('SIGHUP', () => end(0));

try {
  tell(await start());
} catch (error) {
  if (!ending) tell({ problem: explain(error) });
  end(1);
}

async function start(): Promise<Foundation> {
  mkdirSync(layout.logs, { recursive: true });
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
  const supervised = [planKafka(settings, layout), planPostgres(settings, layout, secrets)].map(supervise);
  const cache = new Redis(Number(redis), dataDir);
  processes.push(...supervised, cache);
  const [redisPort] = await Promise.all([cache.start(), ...supervised.map((each) => each.start())]);
  return {
    dataDir,
    databaseUrl: localDatabaseUrl(settings.ports.postgres, secrets.databasePassword),
    kafkaBrokers: `127.0.0.1:${kafka}`,
    redisPort,
  };
}

function supervise(plan: ProcessPlan): SupervisedProcess {
  const say = (line: string) => process.stderr.write(`services for the bench: ${line}\n`);
  return new SupervisedProcess(plan, {
    policy: standardRestarts,
    say,
    changed: () => {},
    gaveUp: (problem) => say(explain(problem)),
  });
}

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function end(code: number): void {
  ending ??= Promise.allSettled(processes.map((each) => each.stop())).then(() => {
    const outside = readPlace(layout)?.home;
    for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
}
