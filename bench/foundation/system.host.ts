/**
 * The whole system with the sandbox, as `npm start` runs it, with ports and a folder of its own. `BENCH_SETTINGS`:
 * SystemSettings as JSON.
 */
import { readFileSync } from 'node:fs';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import { portSettings, type PortName, type Ports } from '../../apps/cli/src/stack/settings/settings.ts';
import { startStack } from '../../apps/cli/src/stack/stack.ts';
import { freePorts } from '../../test/setup/free-ports.ts';
import { host } from '../../test/setup/hosting.ts';
import type { System, SystemSettings } from './system.ts';

await host('bench', async ({ dataDir, atEnd }): Promise<System> => {
  const stopping = new AbortController();
  atEnd(async () => stopping.abort());
  const { all = {}, email = {} } = JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}') as SystemSettings;
  const names = Object.keys(portSettings) as PortName[];
  const free = await freePorts(names.length);
  const ports = Object.fromEntries(names.map((name, index) => [name, Number(free[index])])) as Ports;
  const stack = await startStack({
    dataDir,
    ports,
    env: { ...withoutAmbient(process.env), ...all },
    serviceEnv: { email },
    signal: stopping.signal,
  });
  atEnd(() => stack.stop());
  return {
    kafkaBrokers: stack.env['KAFKA_BROKERS'] ?? '',
    sandboxUrl: stack.urls.sandbox ?? '',
    apiUrl: `http://127.0.0.1:${ports.reporting}`,
    apiKey: readFileSync(layoutOf(dataDir).apiKey, 'utf8').trim(),
  };
});

/** Real keys and a Kafka or database given to the developer's shell must not be reached. */
function withoutAmbient(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(SENDGRID_|RESEND_|TWILIO_|KAFKA_|DATABASE_|NODE_OPTIONS)/.test(name)),
  );
}
