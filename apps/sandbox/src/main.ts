import { loadConfig } from '#libs/runtime';
import { SandboxConfig } from './sandbox.config.ts';
import { createLogger } from '#libs/telemetry';
import { createSandbox } from './sandbox.ts';

const log = createLogger('sandbox');

try {
  const sandbox = await createSandbox(loadConfig(SandboxConfig), log);
  log.info({ url: sandbox.url }, 'the sandbox listens');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void sandbox.close().then(() => log.info({ signal }, 'the sandbox has stopped'));
    });
  }
} catch (error) {
  const { message, code } = error as { message: string; code?: string };
  log.fatal({ code }, message);
  process.exitCode = 1;
}
