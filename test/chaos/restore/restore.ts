import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '#libs/runtime';
import { ReportingApi } from '../../../apps/cli/src/environment/reporting-api.ts';
import type { ServiceName } from '../../../apps/cli/src/environment/env.ts';
import { createKafka } from '../../../apps/cli/src/kafka/kafka-client.ts';
import type { UpstreamRecord } from '../messages.policy.ts';
import { type PlannedRestore, UNDISTURBED_MS } from '../plan.policy.ts';
import { publish } from '../publish.ts';
import type { ChaosStack } from '../stack.ts';
import { Backups } from './backups.ts';
import type { Undisturbed } from './undisturbed.ts';

export interface RestoreOptions {
  chaos: ChaosStack;
  /** What Kafka has acknowledged to upstream, in order; grows while the run goes on. */
  upstream: readonly PublishedRecord[];
  undisturbed: Undisturbed;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** A record of upstream, and when Kafka acknowledged it, by `performance.now()`. */
export interface PublishedRecord {
  record: UpstreamRecord;
  at: number;
}

/** Reading again begins anew with every fault that hits it, in milliseconds. */
const GIVE_UP_MS = 240_000;
const LOOK_MS = 500;
const GROUP_ID_NOT_FOUND = 69;
/** Upstream’s repeats come in this time, in milliseconds. */
const REPEATS_MS = 2_000;

/** Every service with a schema of its own; reporting sends nothing, and is not guarded. */
const schemas: readonly ServiceName[] = ['email', 'sms', 'retry', 'reporting'];

/** Takes the backups of a plan and restores them, one after another, as an operator does by docs/operations.md. */
export async function restoreAll(restores: readonly PlannedRestore[], options: RestoreOptions): Promise<void> {
  const { chaos, signal } = options;
  const start = performance.now();
  const running = schemas.filter((name) => chaos.pid(name) !== undefined);
  const backups = new Backups(chaos.stack.env['DATABASE_URL'] ?? '', running, signal);
  // One after another: an earlier one may take its time.
  let last = Promise.resolve();
  await Promise.all(
    restores.map(async (restore, index) => {
      const label = `n${index}`;
      await until(start + restore.backupAt, signal);
      if (signal.aborted) return;
      const takenAt = performance.now();
      await backups.take(label);
      await until(start + restore.at, signal);
      if (signal.aborted) return;
      await (last = last.then(() => restoreOne({ ...restore, label, takenAt }, backups, options)));
    }),
  );
}

async function restoreOne(
  { services, label, takenAt }: PlannedRestore & { label: string; takenAt: number },
  backups: Backups,
  options: RestoreOptions,
): Promise<void> {
  const { chaos, upstream, undisturbed, say, signal } = options;
  const kafka = createKafka(chaos.stack.env, 'chaos-restore');
  await undisturbed.work(UNDISTURBED_MS, () =>
    chaos.whileStopped(services, async () => {
      await backups.restore(label, services);
      if (services.includes('reporting')) await readAllAgain(options);
    }),
  );
  const since = upstream.filter(({ at }) => at >= takenAt).map(({ record }) => record);
  const ageS = ((performance.now() - takenAt) / 1_000).toFixed(0);
  say(`${services.join(', ')} restored from a backup of ${ageS} s ago; upstream repeats ${since.length} records since`);
  // Before the lift: then nothing that was read meanwhile can hide a record that goes again.
  await publish(kafka, since, { ms: REPEATS_MS, signal });
  const guarded = services.filter((name) => name !== 'reporting');
  for (const service of guarded) await lift(service, options);
  say(`${services.join(', ')} went on after the restore`);
}

/** Waits until the service has read again what it lacks, and lets it go on. @throws Error where it does not notice */
async function lift(service: ServiceName, { chaos, say, signal }: RestoreOptions): Promise<void> {
  const api = new ReportingApi(chaos.stack.env);
  const end = performance.now() + GIVE_UP_MS;
  let noticed = false;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const state = await stateOf(chaos.stack.urls[service] ?? '');
    if (state === 'paused' && !noticed) say(`${service} has noticed that its schema was restored`);
    noticed ||= state === 'paused';
    if (noticed && state === 'works') return;
    // Refused while it still reads, or where a fault hits it at this moment: it is asked again.
    if (state === 'paused') await api.call('POST', 'restore/lift', { service }).catch(() => undefined);
    await delay(LOOK_MS);
  }
  throw new Error(`${service} ${noticed ? 'does not go on after' : 'does not notice'} its restore`);
}

/** Undefined: it does not answer, or does not know yet. */
async function stateOf(url: string): Promise<'paused' | 'works' | undefined> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    const { restored, kafka } = ((await answer.json()) as HealthReport).checks;
    if (restored && restored.status !== 'ok') return 'paused';
    return kafka?.status === 'ok' ? 'works' : undefined;
  } catch {
    return undefined;
  }
}

/** Reporting is not guarded: what its database lacks comes by reading all topics again (docs/operations.md). */
async function readAllAgain({ chaos, say, signal }: RestoreOptions): Promise<void> {
  const admin = createKafka(chaos.stack.env, 'chaos-restore').admin();
  const groups = new Set(['messaging.reporting', 'messaging.reporting-facts']);
  while (groups.size > 0) {
    try {
      await admin.connect();
      for (const group of groups) {
        await admin.deleteGroups([group]);
        groups.delete(group);
      }
    } catch (error) {
      signal.throwIfAborted();
      say(`the groups of reporting are still there: ${(error as Error).message}`);
      const { groupId, errorCode } = (error as { groups?: { groupId: string; errorCode: number }[] }).groups?.[0] ?? {};
      if (groupId !== undefined && errorCode === GROUP_ID_NOT_FOUND) groups.delete(groupId);
      await delay(1_000);
    }
  }
  await admin.disconnect().catch(() => undefined);
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, time - performance.now()), undefined, { signal }).catch(() => undefined);
}
