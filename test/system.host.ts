/**
 * The running system for the end-to-end tests: `npm start -- --detach` with ports and a folder of its own. A process of its
 * own: it stops the system and removes the folder as soon as its standard input closes, however jest ends. Tells on standard
 * output, in one line of JSON, the environment the system was started with.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../scripts/local/layout.ts';
import { readPlace } from '../scripts/local/postgres-place.ts';
import { freePorts } from './free-ports.ts';

const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-e2e-')));
chmodSync(dataDir, 0o755);
const names = ['KAFKA_PORT', 'KAFKA_CONTROLLER_PORT', 'POSTGRES_PORT', 'SANDBOX_PORT', 'REPORTING_PORT', 'EMAIL_PORT', 'SMS_PORT', 'RETRY_PORT'];
const ports = await freePorts(names.length);
const own = {
  DATA_DIR: dataDir,
  ...Object.fromEntries(names.map((name, index) => [name, ports[index]!])),
  // A killed service's claims become doubtful when their lease is over: a short one spares the tests the wait.
  SENDGRID_TIMEOUT_MS: '2000',
  TWILIO_TIMEOUT_MS: '2000',
  LEASE_GUARD_MS: '1000',
};

process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);
process.stdin.resume().on('end', end).on('error', end);

const started = run('start.ts', '--detach');
if (started.status !== 0) {
  process.stdout.write(`${JSON.stringify({ problem: `${started.stdout}\n${started.stderr}` })}\n`);
  end();
}
process.stdout.write(`${JSON.stringify({ env: own })}\n`);

function run(script: string, ...args: string[]) {
  const inherited = withoutAmbient(process.env);
  return spawnSync(process.execPath, ['--conditions=source', '--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, '..', 'scripts', script), ...args], {
    env: { ...inherited, ...own },
    encoding: 'utf8',
  });
}

/** The tests are about the sandbox: real keys and a Kafka or database given to the developer's shell must not reach them. */
function withoutAmbient(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(SENDGRID_|RESEND_|TWILIO_|KAFKA_|DATABASE_|TEST_|NODE_OPTIONS)/.test(name)));
}

function end(): never {
  run('stop.ts');
  const outside = readPlace(layoutOf(dataDir))?.home;
  for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
