import { startHost, stopHost } from '../../test/setup/host.ts';
import type { Closers } from './closers.ts';

/** The running system with the sandbox. */
export interface System {
  kafkaBrokers: string;
  sandboxUrl: string;
  /** The API, and a key of every scope. */
  apiUrl: string;
  apiKey: string;
}

export interface SystemSettings {
  /** Of all its services, other than they ship with. */
  all?: Record<string, string>;
  /** Of the e-mail service alone, also where the sandbox would set them. */
  email?: Record<string, string>;
}

export async function startSystem(closers: Closers, settings: SystemSettings = {}): Promise<System> {
  process.env['BENCH_SETTINGS'] = JSON.stringify(settings);
  const { host, answer } = await startHost<System>('../bench/foundation/system.host.ts', 'The system for the bench');
  closers.add(() => stopHost(host));
  return answer;
}
