import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import { readPlace } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { signalGroup } from '../../apps/cli/src/environment/process-table.ts';
import { portSettings, type PortName } from '../../apps/cli/src/stack/settings/settings.ts';
import { type ServiceName } from '../../apps/cli/src/environment/env.ts';
import { type Stack, startStack } from '../../apps/cli/src/stack/stack.ts';
import { SupervisedProcess } from '../../apps/cli/src/stack/process/supervised-process.ts';
import { freePorts } from '../setup/free-ports.ts';
import { HeldServices } from './restore/held-services.ts';

/** Short, so that what a kill or a lost answer leaves behind is settled within seconds. */
export const timing = { sessionTimeoutMs: 6_000, callTimeoutMs: 2_000 };

const environment: Record<string, string> = {
  // Alone, so that no storm of it is escaped by going elsewhere.
  EMAIL_PROVIDERS: 'sendgrid',
  SENDGRID_TIMEOUT_MS: String(timing.callTimeoutMs),
  TWILIO_TIMEOUT_MS: String(timing.callTimeoutMs),
  LEASE_GUARD_MS: '1000',
  // Two cores carry two replicas of everything: with the usual 1,000 in flight a message would wait longer for its turn
  // than such a short lease lasts.
  KAFKA_CONCURRENCY: '200',
  KAFKA_SESSION_TIMEOUT_MS: String(timing.sessionTimeoutMs),
  RECONCILE_AFTER_MS: '2000',
  RECONCILE_WINDOW_URGENT_MS: '10000',
  RECONCILE_WINDOW_TRANSACTIONAL_MS: '20000',
  RECONCILE_WINDOW_BULK_MS: '30000',
  RETRY_LEASE_MS: '8000',
  RETRY_TRANSACTIONAL_CAP_MS: '5000',
  RETRY_URGENT_CAP_MS: '3000',
  RETRY_BULK_BASE_MS: '1000',
  RETRY_BULK_CAP_MS: '8000',
  // 45 s: Twilio repeats a callback five times only, so an outage of minutes leaves messages that stay as sent.
  REPORTING_RECEIPT_WINDOW_HOURS: '0.0125',
  // A run asks for each of its messages, by one key.
  REPORTING_RATE_PER_MINUTE: '1000000',
  // Storms shall not end messages: what matters here is that none is forgotten.
  RETRY_MAX_ATTEMPTS: '50',
};

/** Who is killed is started again, however often. */
const untiring = { firstWaitMs: 300, longestWaitMs: 1_000, deaths: 10_000, withinMs: 60_000 };

/** Whoever is killed ends by a signal. */
const crashed = /^(second replica: )?(email|sms|retry|reporting) (ended with exit code|cannot be run)/;
/** As long as its supervisor gives a service to stop, in milliseconds. */
const STOP_WITHIN_MS = 35_000;

export interface ChaosStackOptions {
  services: readonly ServiceName[];
  /** Services of which a second replica runs, so that somebody takes over. */
  replicated: readonly ServiceName[];
  entries?: Partial<Record<ServiceName, string>>;
  /** Settings that differ from the usual ones here. */
  env?: Record<string, string>;
  /** Settings of single services, in place of what the system would give them. */
  serviceEnv?: Partial<Record<ServiceName, Record<string, string>>>;
  say: (line: string) => void;
  signal: AbortSignal;
}

interface Parts {
  stack: Stack;
  replicas: Map<string, SupervisedProcess>;
  crashes: readonly string[];
  held: HeldServices;
}

/** A whole system of its own, in a temporary folder and on free ports, with second replicas. */
export class ChaosStack {
  readonly stack: Stack;
  /** Services that ended by themselves. */
  readonly crashes: readonly string[];
  /** By name, such as `email-2`. */
  private readonly replicas: Map<string, SupervisedProcess>;
  private readonly frozen = new Set<number>();
  private readonly held: HeldServices;

  private constructor(parts: Parts) {
    this.stack = parts.stack;
    this.replicas = parts.replicas;
    this.crashes = parts.crashes;
    this.held = parts.held;
  }

  static async start({
    services,
    replicated,
    entries = {},
    env: own = {},
    serviceEnv = {},
    say: tell,
    signal,
  }: ChaosStackOptions): Promise<ChaosStack> {
    const crashes: string[] = [];
    const held = new HeldServices();
    // A supervisor tells of a death in words only.
    const say = (line: string) => {
      const [, , service = ''] = crashed.exec(line) ?? [];
      if (service !== '' && !held.has(service)) crashes.push(line.split(';')[0] ?? line);
      tell(line);
    };
    const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-chaos-')));
    // PostgreSQL, which runs as another user where we are root, has to reach its data.
    chmodSync(dataDir, 0o755);
    try {
      const names = Object.keys(portSettings) as PortName[];
      const free = (await freePorts(names.length + replicated.length)).map(Number);
      const ports = Object.fromEntries(names.map((name, index) => [name, free[index]!]));
      const env = { ...withoutAmbient(process.env), ...environment, ...own };
      const stack = await startStack({
        dataDir,
        ports,
        env,
        apps: services,
        entries,
        serviceEnv,
        restarts: untiring,
        beforeSpawn: (name, stopping) => held.untilLetGo(name, stopping),
        say,
        signal,
      });
      const replicas = new Map(
        replicated.map((name, index) => [`${name}-2`, replicaOf(stack, name, free[names.length + index]!, say, held)]),
      );
      const chaos = new ChaosStack({ stack, replicas, crashes, held });
      await Promise.all([...replicas.values()].map((each) => each.start())).catch(async (error: unknown) => {
        await chaos.stop({ keep: false });
        throw error;
      });
      return chaos;
    } catch (error) {
      remove(dataDir);
      throw error;
    }
  }

  /** Signals a process by its name (`email`, `email-2`, `kafka`); false while it does not run. */
  signal(name: string, signal: NodeJS.Signals): boolean {
    const pid = this.pid(name);
    if (pid === undefined) return false;
    if (signal === 'SIGSTOP') this.frozen.add(pid);
    signalGroup(pid, signal);
    return true;
  }

  pid(name: string): number | undefined {
    const replica = this.replicas.get(name);
    return replica ? replica.pid : this.stack.processes().find((record) => record.name === name)?.pid;
  }

  /** Stops services with all their replicas in order, does the work while none of them runs, and lets them start. */
  async whileStopped(services: readonly ServiceName[], work: () => Promise<void>): Promise<void> {
    const names = services.flatMap((name) => [name, ...(this.replicas.has(`${name}-2`) ? [`${name}-2`] : [])]);
    const letGo = this.held.hold(services);
    try {
      for (const name of names) this.signal(name, 'SIGTERM');
      const end = performance.now() + STOP_WITHIN_MS;
      while (names.some((name) => this.pid(name) !== undefined)) {
        if (performance.now() > end) throw new Error(`${names.join(', ')} did not stop within ${STOP_WITHIN_MS} ms`);
        await delay(100);
      }
      await work();
    } finally {
      letGo();
    }
  }

  thaw(): void {
    for (const pid of this.frozen) signalGroup(pid, 'SIGCONT');
    this.frozen.clear();
  }

  async stop({ keep }: { keep: boolean }): Promise<void> {
    this.thaw();
    await Promise.all([...this.replicas.values()].map((each) => each.stop()));
    await this.stack.stop();
    if (!keep) remove(this.stack.dataDir);
  }
}

function replicaOf(
  stack: Stack,
  service: ServiceName,
  port: number,
  say: (line: string) => void,
  held: HeldServices,
): SupervisedProcess {
  const plan = stack.assembly?.services.find(({ name }) => name === service);
  if (!plan) throw new Error(`${service} is not part of this system`);
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) })).ok;
  const log = layoutOf(stack.dataDir).log(`${service}-2`);
  const watcher = {
    policy: untiring,
    say: (line: string) => say(`second replica: ${line}`),
    changed: () => undefined,
    gaveUp: () => undefined,
  };
  return new SupervisedProcess(
    {
      ...plan,
      url,
      log,
      isReady,
      prepare: (signal) => held.untilLetGo(service, signal),
      env: { ...plan.env, HTTP_PORT: String(port), METRICS_PORT: '0', INTERNAL_PORT: '0' },
    },
    watcher,
  );
}

function remove(dataDir: string): void {
  const outside = readPlace(layoutOf(dataDir))?.home;
  for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
}

/** Real keys, and a Kafka or database given to the developer's shell, must never be reached from here. */
function withoutAmbient(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(SENDGRID_|RESEND_|TWILIO_|KAFKA_|DATABASE_|TEST_|OTEL_|NODE_OPTIONS)/.test(name),
    ),
  );
}
