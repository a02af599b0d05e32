import { setTimeout as delay } from 'node:timers/promises';
import { query } from '../../apps/cli/src/stack/postgres/postgres.ts';
import { type InjectedFault, baselineWeather, type Outage } from './plan.policy.ts';
import type { Undisturbed } from './restore/undisturbed.ts';
import type { ChaosStack } from './stack.ts';

export interface InjectOptions {
  chaos: ChaosStack;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** How long to wait for a victim that is being started again. */
const TIMEOUT_MS = 10_000;

/** Deals all blows at their times; resolves when the last one is over and nobody is frozen any more. */
export async function injectAll(
  faults: readonly InjectedFault[],
  options: InjectOptions,
  undisturbed: Undisturbed,
): Promise<void> {
  const start = performance.now();
  await Promise.all(
    faults.map(async (fault) => {
      await until(start + fault.at, options.signal);
      if (!options.signal.aborted) await undisturbed.fault(() => injectFault(fault, options));
    }),
  );
}

async function injectFault(fault: InjectedFault, options: InjectOptions): Promise<void> {
  options.say(`${(fault.at / 1000).toFixed(1)} s: ${describeFault(fault)}`);
  switch (fault.kind) {
    case 'kill':
      return signalled(fault.victim, 'SIGKILL', options);
    case 'end Kafka':
      return keepAway('kafka', fault, options);
    case 'restart PostgreSQL':
      return signalled('postgres', fault.signal, options);
    case 'end connections':
      return endConnections(fault.service, options);
    case 'freeze': {
      await signalled(fault.victim, 'SIGSTOP', options);
      await until(performance.now() + fault.ms, options.signal);
      options.chaos.signal(fault.victim, 'SIGCONT');
    }
  }
}

async function keepAway(
  victim: string,
  { signal, ms }: { signal: NodeJS.Signals; ms: number },
  options: InjectOptions,
): Promise<void> {
  const end = performance.now() + ms;
  await signalled(victim, signal, options);
  while (performance.now() < end && !options.signal.aborted) {
    await delay(1_000);
    options.chaos.signal(victim, signal);
  }
}

async function signalled(victim: string, signal: NodeJS.Signals, { chaos, say }: InjectOptions): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!chaos.signal(victim, signal)) {
    if (performance.now() > end) return say(`${victim} does not run: it is spared`);
    await delay(100);
  }
}

async function endConnections(service: string, { chaos, say }: InjectOptions): Promise<void> {
  const url = chaos.stack.env['DATABASE_URL'] ?? '';
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'messaging-${service}'`;
  await query(url, sql).catch((error: Error) => say(`no connection was ended: ${error.message}`));
}

/** Plays all storms at their times, with the baseline between them; in the end there are no faults at all. */
export async function outage(outages: readonly Outage[], { chaos, say, signal }: InjectOptions): Promise<void> {
  const start = performance.now();
  const set = (faults: Record<string, unknown>) => setFaults(chaos.stack.urls.sandbox ?? '', faults);
  const endings: Promise<void>[] = [];
  await set({ sendgrid: baselineWeather, twilio: baselineWeather });
  for (const { at, ms, provider, name, fault } of outages) {
    await until(start + at, signal);
    if (signal.aborted) break;
    say(`${(at / 1000).toFixed(1)} s: ${provider} ${name} for ${(ms / 1000).toFixed(1)} s: ${JSON.stringify(fault)}`);
    await set({ [provider]: fault });
    // Storms of one provider never overlap, so what ends here is this one.
    endings.push(until(performance.now() + ms, signal).then(() => set({ [provider]: baselineWeather })));
  }
  await Promise.all(endings);
  await set({ sendgrid: null, twilio: null });
}

/** Changes what the sandbox does; a provider that is not named keeps what it has. */
export async function setFaults(sandboxUrl: string, faults: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/_sandbox/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(`the sandbox refused the faults: ${await answer.text()}`);
}

function describeFault(fault: InjectedFault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.victim}`;
    case 'freeze':
      return `SIGSTOP ${fault.victim} for ${(fault.ms / 1000).toFixed(1)} s`;
    case 'end Kafka':
      return `${fault.signal} kafka${fault.ms > 0 ? `, again and again for ${fault.ms / 1000} s` : ''}`;
    case 'restart PostgreSQL':
      return fault.signal === 'SIGKILL' ? 'kill -9 postgres' : 'postgres restarts';
    case 'end connections':
      return `all database connections of ${fault.service} end`;
  }
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, time - performance.now()), undefined, { signal }).catch(() => undefined);
}
