/**
 * The whole system with the sandbox, as `npm start` runs it, with ports and a folder of its own. A process of its own:
 * it stops the system and removes the folder as soon as its standard input closes, however the bench ends.
 */
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import { readPlace } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { explain } from '../../apps/cli/src/problem.ts';
import { portSettings, type PortName, type Ports } from '../../apps/cli/src/stack/settings/settings.ts';
import { startStack } from '../../apps/cli/src/stack/stack.ts';
import { freePorts } from '../../test/setup/free-ports.ts';
import type { System } from './latency.ts';

const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-bench-')));
// PostgreSQL, which runs as another user where we are root, has to reach its data.
chmodSync(dataDir, 0o755);
const stopping = new AbortController();
let stop = (): Promise<void> => Promise.resolve();
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
  const names = Object.keys(portSettings) as PortName[];
  const free = await freePorts(names.length);
  const ports = Object.fromEntries(names.map((name, index) => [name, Number(free[index])])) as Ports;
  const stack = await startStack({ dataDir, ports, env: withoutAmbient(process.env), signal: stopping.signal });
  stop = () => stack.stop();
  tell({ kafkaBrokers: stack.env['KAFKA_BROKERS'] ?? '', sandboxUrl: stack.urls.sandbox ?? '' } satisfies System);
} catch (error) {
  if (!ending) tell({ problem: explain(error) });
  end(1);
}

/** Real keys and a Kafka or database given to the developer's shell must not be reached. */
function withoutAmbient(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(SENDGRID_|RESEND_|TWILIO_|KAFKA_|DATABASE_|NODE_OPTIONS)/.test(name)),
  );
}

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function end(code: number): void {
  stopping.abort();
  ending ??= stop()
    .catch(() => undefined)
    .then(() => {
      const outside = readPlace(layoutOf(dataDir))?.home;
      for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
      process.exit(code);
    });
}
