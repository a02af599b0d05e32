/**
 * One real Kafka and one real PostgreSQL for the integration tests, on free ports and in a temporary folder. A process
 * of its own: it stops both and removes the folder as soon as its standard input closes, so that nothing is left behind
 * however jest ends, kill -9 included. Tells on standard output, in one line of JSON, where they are or what went
 * wrong.
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
import { SupervisedProcess, type ProcessPlan } from '../../apps/cli/src/stack/process/supervised-process.ts';
import { freePorts } from './free-ports.ts';

const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-test-')));
// PostgreSQL, which runs as another user where we are root, has to reach its data.
chmodSync(dataDir, 0o755);
const layout = layoutOf(dataDir);
const processes: SupervisedProcess[] = [];
let started = false;
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
  started = true;
} catch (error) {
  if (!ending) tell({ problem: explain(error) });
  end(1);
}

async function start(): Promise<{ databaseUrl: string; kafkaBrokers: string }> {
  mkdirSync(layout.logs, { recursive: true });
  const [kafka, controller, postgres] = await freePorts(3);
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    KAFKA_PORT: kafka,
    KAFKA_CONTROLLER_PORT: controller,
    POSTGRES_PORT: postgres,
  };
  const settings = readSettings(env);
  const secrets = loadSecrets(layout);
  const database = planPostgres(settings, layout, secrets);
  // What these tests write may be forgotten when the machine dies: not waiting for the disk saves a third of their
  // time.
  const forgetful = { ...database, args: [...database.args, '-c', 'fsync=off', '-c', 'full_page_writes=off'] };
  for (const plan of [planKafka(settings, layout), forgetful]) processes.push(supervised(plan));
  await Promise.all(processes.map((each) => each.start()));
  return {
    databaseUrl: localDatabaseUrl(settings.ports.postgres, secrets.databasePassword),
    kafkaBrokers: `127.0.0.1:${kafka}`,
  };
}

function supervised(plan: ProcessPlan): SupervisedProcess {
  const say = (line: string) => process.stderr.write(`services for tests: ${line}\n`);
  return new SupervisedProcess(plan, {
    policy: standardRestarts,
    say,
    changed: () => {},
    gaveUp: (problem) => started && say(explain(problem)),
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
