import type { ChildProcess } from 'node:child_process';
import { startHost } from './host.ts';

declare global {
  /** Set for the teardown, which runs in the same process. */
  var systemHost: ChildProcess | undefined;
}

/** Jest runs this once before the first end-to-end test: the whole system, as `npm start` runs it. */
export default async function startSystem(): Promise<void> {
  const { host, answer } = await startHost<{ env: Record<string, string> }>(
    'setup/system.host.ts',
    'the system for the end-to-end tests',
  );
  process.env['E2E_ENVIRONMENT'] = JSON.stringify(answer.env);
  globalThis.systemHost = host;
}
