import { setTimeout as delay } from 'node:timers/promises';
import { query } from '../../scripts/local/postgres.ts';
import { type Blow, calmWeather, type Storm } from './plan.policy.ts';
import type { ChaosStack } from './stack.ts';

export interface StrikeOptions {
  chaos: ChaosStack;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** How long to wait for a victim that is being started again. */
const PATIENCE_MS = 10_000;

/** Deals all blows at their times; resolves when the last one is over and nobody is frozen any more. */
export async function strikeAll(blows: readonly Blow[], options: StrikeOptions): Promise<void> {
  const start = performance.now();
  await Promise.all(
    blows.map(async (blow) => {
      await until(start + blow.at, options.signal);
      if (!options.signal.aborted) await strike(blow, options);
    }),
  );
}

async function strike(blow: Blow, options: StrikeOptions): Promise<void> {
  options.say(`${(blow.at / 1000).toFixed(1)} s: ${describeBlow(blow)}`);
  switch (blow.kind) {
    case 'kill':
      return signalled(blow.victim, 'SIGKILL', options);
    case 'end Kafka':
      return keepAway('kafka', blow, options);
    case 'restart PostgreSQL':
      return signalled('postgres', blow.signal, options);
    case 'end connections':
      return endConnections(blow.service, options);
    case 'freeze': {
      await signalled(blow.victim, 'SIGSTOP', options);
      await until(performance.now() + blow.ms, options.signal);
      options.chaos.signal(blow.victim, 'SIGCONT');
    }
  }
}

async function keepAway(
  victim: string,
  { signal, ms }: { signal: NodeJS.Signals; ms: number },
  options: StrikeOptions,
): Promise<void> {
  const end = performance.now() + ms;
  await signalled(victim, signal, options);
  while (performance.now() < end && !options.signal.aborted) {
    await delay(1_000);
    options.chaos.signal(victim, signal);
  }
}

async function signalled(victim: string, signal: NodeJS.Signals, { chaos, say }: StrikeOptions): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!chaos.signal(victim, signal)) {
    if (performance.now() > end) return say(`${victim} does not run: it is spared`);
    await delay(100);
  }
}

async function endConnections(service: string, { chaos, say }: StrikeOptions): Promise<void> {
  const url = chaos.stack.env['DATABASE_URL'] ?? '';
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'messaging-${service}'`;
  await query(url, sql).catch((error: Error) => say(`no connection was ended: ${error.message}`));
}

/** Plays all storms at their times, with calm weather between them; in the end there are no faults at all. */
export async function storm(storms: readonly Storm[], { chaos, say, signal }: StrikeOptions): Promise<void> {
  const start = performance.now();
  const set = (faults: Record<string, unknown>) => setFaults(chaos.stack.urls.sandbox ?? '', faults);
  const endings: Promise<void>[] = [];
  await set({ sendgrid: calmWeather, twilio: calmWeather });
  for (const { at, ms, provider, name, fault } of storms) {
    await until(start + at, signal);
    if (signal.aborted) break;
    say(`${(at / 1000).toFixed(1)} s: ${provider} ${name} for ${(ms / 1000).toFixed(1)} s: ${JSON.stringify(fault)}`);
    await set({ [provider]: fault });
    // Storms of one provider never overlap, so what ends here is this one.
    endings.push(until(performance.now() + ms, signal).then(() => set({ [provider]: calmWeather })));
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

function describeBlow(blow: Blow): string {
  switch (blow.kind) {
    case 'kill':
      return `kill -9 ${blow.victim}`;
    case 'freeze':
      return `SIGSTOP ${blow.victim} for ${(blow.ms / 1000).toFixed(1)} s`;
    case 'end Kafka':
      return `${blow.signal} kafka${blow.ms > 0 ? `, again and again for ${blow.ms / 1000} s` : ''}`;
    case 'restart PostgreSQL':
      return blow.signal === 'SIGKILL' ? 'kill -9 postgres' : 'postgres restarts';
    case 'end connections':
      return `all database connections of ${blow.service} end`;
  }
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, time - performance.now()), undefined, { signal }).catch(() => undefined);
}
