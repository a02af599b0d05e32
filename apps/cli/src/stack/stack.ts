import { mkdirSync } from 'node:fs';
import { isChannel } from '#libs/contracts';
import { assemble, type Assembly, type AssemblyOptions } from './assembly.ts';
import { requireBroker, requireDatabase } from '../environment/external.ts';
import { makeFolder } from '../custody/perform.ts';
import { layoutOf, type Layout } from '../environment/layout.ts';
import { endOrphans, inStopOrder } from './process/orphans.ts';
import { requireFreePorts } from './settings/ports.ts';
import { Interrupted, reasonOf, CliError } from '../errors.ts';
import { checkProviders } from './settings/provider-check.ts';
import { standardRestarts, type RestartPolicy } from './process/restart.policy.ts';
import { RunningStack } from './process/running.ts';
import { loadSecrets } from './settings/secrets.ts';
import { writePrivately } from '../environment/private-file.ts';
import { readSettings, type Ports, type Settings } from './settings/settings.ts';
import { services, type Env, type ProcessName, valueOf } from '../environment/env.ts';
import { readState, writeState, type ProcessRecord, type StackState } from '../environment/state.ts';
import { SupervisedProcess, type ProcessPlan } from './process/supervised-process.ts';
import { lockDataDir, thisProcess } from './process/supervisor-lock.ts';
import { applyTopics } from '../kafka/topics.ts';

export interface StackOptions extends Partial<AssemblyOptions> {
  /** Where all state is kept. Default: DATA_DIR of `env`, else .data. */
  dataDir?: string;
  /** Ports; those not given are read from `env`, else they are the defaults. */
  ports?: Partial<Ports>;
  /** The environment; every service gets all of it. Default: this process's. */
  env?: Env;
  restarts?: Partial<RestartPolicy>;
  /** Called before each start of a process, which waits for it. */
  beforeSpawn?: (name: ProcessName, signal: AbortSignal) => Promise<void>;
  /** Called with progress, deaths and restarts. */
  say?: (line: string) => void;
  /** Aborting stops the system in order, also during its start. */
  signal?: AbortSignal;
}

/**
 * Starts the whole system, each part a process of its own, and resolves when all of it is ready.
 * @throws CliError when a person must fix something, Interrupted on `signal`; nothing is left running then
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { dataDir, ports, env = process.env } = options;
  const settings = readSettings(dataDir ? { ...env, DATA_DIR: dataDir } : env);
  const stack = new Stack({ ...settings, ports: { ...settings.ports, ...ports } }, options);
  await stack.start();
  return stack;
}

/** A system that this process supervises. */
export class Stack extends RunningStack {
  readonly settings: Settings;
  /** Resolves when everything has stopped; with the reason, if nobody requested it. */
  readonly closed: Promise<CliError | undefined>;
  /** From the call to ready, in milliseconds. */
  readyAfterMs = 0;
  assembly: Assembly | undefined;
  #options: StackOptions;
  #layout: Layout;
  #processes: SupervisedProcess[] = [];
  #state: StackState;
  #unlock = (): void => undefined;
  #stopping: Promise<void> | undefined;
  #halt = Promise.withResolvers<never>();
  #closed = Promise.withResolvers<CliError | undefined>();

  constructor(settings: Settings, options: StackOptions) {
    super(settings.dataDir);
    this.settings = settings;
    this.closed = this.#closed.promise;
    this.#options = options;
    this.#layout = layoutOf(settings.dataDir);
    this.#state = {
      supervisor: thisProcess(),
      state: 'starting',
      startedAt: new Date().toISOString(),
      urls: {},
      env: {},
      sandboxed: {},
      processes: [],
    };
    // Prevents an unhandled rejection where nobody waits for it.
    this.#halt.promise.catch(() => undefined);
  }

  async start(): Promise<void> {
    const begin = performance.now();
    mkdirSync(this.#layout.logs, { recursive: true });
    this.#unlock = lockDataDir(this.#layout, this.dataDir);
    this.#options.signal?.addEventListener('abort', () => void this.stop());
    if (this.#options.signal?.aborted) void this.stop();
    try {
      await Promise.race([this.#bringUp(), this.#halt.promise]);
    } catch (error) {
      await this.#shutDown(error instanceof CliError ? error : undefined);
      throw error;
    }
    this.readyAfterMs = performance.now() - begin;
    this.#state.state = 'ready';
    this.#save();
  }

  /** Stops everything in order: services, sandbox, Kafka, PostgreSQL. Resolves when nothing is left. */
  stop(): Promise<void> {
    return this.#shutDown(undefined);
  }

  async #bringUp(): Promise<void> {
    const earlier = readState(this.dataDir);
    if (earlier) await endOrphans(earlier, this.#say);
    const secrets = loadSecrets(this.#layout);
    const { apps = services, serviceEnv = {}, entries = {} } = this.#options;
    const assembly = assemble(this.settings, this.#layout, secrets, { apps, serviceEnv, entries });
    if (!valueOf(this.settings.env, 'CUSTODY_KEYRING_DIR')) makeFolder(this.#layout.custody);
    writePrivately(this.#layout.apiKey, `${assembly.apiKey}\n`);
    await requireFreePorts(this.settings.ports, assembly.ports);
    this.assembly = assembly;
    Object.assign(this.#state, { urls: assembly.urls, env: assembly.env, sandboxed: assembly.sandboxed });
    this.#save();
    await Promise.all([...assembly.foundations.map((plan) => this.#run(plan)), this.#requireExternal(assembly)]);
    await this.#provisionTopics(assembly);
    await Promise.all(assembly.services.map((plan) => this.#run(plan)));
    await this.#checkProviders(assembly);
  }

  async #requireExternal(assembly: Assembly): Promise<void> {
    const { brokers, databaseUrl, env } = this.settings;
    if (brokers) await requireBroker({ ...env, KAFKA_BROKERS: brokers });
    if (databaseUrl) await requireDatabase(assembly.databaseUrl, env);
  }

  async #provisionTopics({ brokers }: Assembly): Promise<void> {
    try {
      const { changes, notes } = await applyTopics({ ...this.settings.env, KAFKA_BROKERS: brokers });
      this.#say(changes.length === 0 ? 'topics are as they should be' : `topics: ${changes.length} created or changed`);
      notes.forEach(this.#say);
    } catch (cause) {
      if (cause instanceof CliError) throw cause;
      throw new CliError(
        `The topics on ${brokers} could not be provisioned: ${reasonOf(cause)}`,
        [
          'messaging topics plan shows what is missing',
          'give the user of KAFKA_SASL_USERNAME the right to create and alter topics, or create them beforehand',
        ],
        { cause },
      );
    }
  }

  async #checkProviders({ services: plans }: Assembly): Promise<void> {
    const channels = plans.filter(({ name }) => isChannel(name));
    const warnings = await Promise.all(channels.map(({ url }) => checkProviders(url)));
    warnings.flat().forEach((warning) => this.#say(`warning: ${warning}`));
  }

  async #run(plan: ProcessPlan): Promise<void> {
    if (this.#stopping) throw new Interrupted();
    const begin = performance.now();
    const prepare = async (signal: AbortSignal) => {
      await plan.prepare?.(signal);
      await this.#options.beforeSpawn?.(plan.name, signal);
    };
    const child = new SupervisedProcess(
      { ...plan, prepare },
      {
        policy: { ...standardRestarts, ...this.#options.restarts },
        say: this.#say,
        changed: () => this.#save(),
        gaveUp: (problem) => void this.#shutDown(problem),
      },
    );
    this.#processes.push(child);
    this.#say(`starting ${plan.name} on ${plan.url}`);
    await child.start();
    this.#say(`${plan.name} is ready (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  }

  #shutDown(problem: CliError | undefined): Promise<void> {
    this.#stopping ??= this.#stopAll(problem);
    return this.#stopping;
  }

  async #stopAll(problem: CliError | undefined): Promise<void> {
    this.#halt.reject(problem ?? new Interrupted());
    this.#state.state = 'stopping';
    for (const stage of inStopOrder(this.#processes.map((child) => ({ name: child.plan.name, child })))) {
      this.#say(`stopping ${stage.map(({ name }) => name).join(', ')}`);
      await Promise.all(stage.map(({ child }) => child.stop()));
    }
    this.#state.state = 'stopped';
    this.#save();
    this.#unlock();
    this.#closed.resolve(problem);
  }

  #say = (line: string): void => this.#options.say?.(line);

  #save(): void {
    this.#state.processes = [...(this.assembly?.external ?? []), ...this.#processes.map(recordOf)];
    try {
      writeState(this.dataDir, this.#state);
    } catch (error) {
      // The disk is full, or DATA_DIR was removed by hand: supervision continues without the file.
      this.#say(`the state cannot be written to ${this.#layout.state}: ${reasonOf(error)}`);
    }
  }
}

function recordOf({ plan, pid, state, restarts, since }: SupervisedProcess): ProcessRecord {
  return {
    name: plan.name,
    ...(pid !== undefined && { pid }),
    command: [plan.command, ...plan.args].join(' '),
    state,
    url: plan.url,
    restarts,
    since: since.toISOString(),
    log: plan.log,
  };
}
