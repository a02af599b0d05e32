import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, openLog } from './log-files.ts';
import { reasonOf, Interrupted, CliError } from '../../errors.ts';
import { signalGroup } from '../../environment/process-table.ts';
import { afterDeath, type RestartPolicy } from './restart.policy.ts';
import type { Env, ProcessName } from '../../environment/env.ts';
import type { ProcessState } from '../../environment/state.ts';

/** How to run one process. */
export interface ProcessPlan {
  name: ProcessName;
  /** Shown to people, such as its address. */
  url: string;
  command: string;
  args: string[];
  env: Env;
  cwd: string;
  /** Another user that runs it. */
  owner?: { uid: number; gid: number };
  log: string;
  /** The signal of an orderly stop. */
  stopSignal: NodeJS.Signals;
  /** Killed when an orderly stop takes longer, in milliseconds. */
  stopWithinMs: number;
  /** The start fails when it is not ready by then, in milliseconds. */
  readyWithinMs: number;
  /** Called before each spawn. */
  prepare?: (signal: AbortSignal) => Promise<void>;
  /** Called repeatedly after each spawn; a throw counts as not ready. */
  isReady: () => Promise<boolean>;
}

export interface Watcher {
  policy: RestartPolicy;
  say: (line: string) => void;
  /** The state of the process has changed. */
  changed: () => void;
  /** It died too often: it is not restarted any more. */
  gaveUp: (problem: CliError) => void;
}

/** The exit code of an invalid configuration: restarting cannot help (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;
const READY_POLL_MS = 150;

/** One process in a group of its own, restarted when it dies, with its output appended to a log. */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  state: ProcessState = 'stopped';
  pid: number | undefined;
  restarts = 0;
  since = new Date();
  #watcher: Watcher;
  #stopping = new AbortController();
  #deaths: number[] = [];
  #loop: Promise<void> = Promise.resolve();
  #firstReady = Promise.withResolvers<void>();

  constructor(plan: ProcessPlan, watcher: Watcher) {
    this.plan = plan;
    this.#watcher = watcher;
    this.#firstReady.promise.catch(() => undefined);
  }

  /**
   * Resolves when it is ready.
   * @throws CliError when it is not restarted any more or takes too long, Interrupted when stopped before
   */
  async start(): Promise<void> {
    if (this.#stopping.signal.aborted) throw new Interrupted();
    this.#loop = this.#run();
    const late = setTimeout(() => this.#firstReady.reject(this.#tooLate()), this.plan.readyWithinMs);
    await this.#firstReady.promise.finally(() => clearTimeout(late));
  }

  /** Stops it, and kills it when that takes too long; resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#loop;
    this.#stopping.abort();
    this.#firstReady.reject(new Interrupted());
    const { pid, plan } = this;
    if (pid === undefined) return this.#loop;
    this.#enter('stopping');
    signalGroup(pid, plan.stopSignal);
    const killer = setTimeout(() => {
      this.#watcher.say(`${plan.name} did not stop within ${plan.stopWithinMs / 1000} s and is killed`);
      signalGroup(pid, 'SIGKILL');
    }, plan.stopWithinMs);
    await this.#loop;
    clearTimeout(killer);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#enter(this.restarts === 0 ? 'starting' : 'restarting');
      const death = await this.#liveOnce();
      this.pid = undefined;
      if (this.#stopping.signal.aborted) break;
      this.#deaths.push(performance.now());
      const verdict = afterDeath(this.#deaths, performance.now(), this.#watcher.policy);
      if (verdict.giveUp || death.hopeless) return this.#giveUp(death);
      this.#enter('restarting');
      this.#watcher.say(
        `${this.plan.name} ${death.how}; starting it again in ${verdict.waitMs / 1000} s${quoted(death.lines)}`,
      );
      await sleep(verdict.waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      this.restarts += 1;
    }
    this.#enter('stopped');
  }

  async #liveOnce(): Promise<Death> {
    try {
      await this.plan.prepare?.(this.#stopping.signal);
    } catch (error) {
      return {
        how: `could not be started: ${reasonOf(error)}`,
        lines: [],
        hopeless: error instanceof CliError,
        cause: error,
      };
    }
    if (this.#stopping.signal.aborted) return { how: 'was stopped', lines: [], hopeless: false };
    const { fd, from } = openLog(this.plan.log);
    const child = spawn(this.plan.command, this.plan.args, {
      cwd: this.plan.cwd,
      env: this.plan.env,
      stdio: ['ignore', fd, fd],
      detached: true,
      ...this.plan.owner,
    });
    closeSync(fd);
    const ended = endOf(child);
    this.pid = child.pid;
    this.#watcher.changed();
    void this.#watchReadiness(child);
    const end = await ended;
    return { ...end, lines: lastLines(this.plan.log, from) };
  }

  async #watchReadiness(child: ChildProcess): Promise<void> {
    const alive = () =>
      child.pid !== undefined && child.exitCode === null && child.signalCode === null && !this.#stopping.signal.aborted;
    while (alive()) {
      const ready = await this.plan.isReady().catch(() => false);
      if (ready && alive()) {
        if (this.restarts > 0) this.#watcher.say(`${this.plan.name} is ready again`);
        this.#enter('ready');
        this.#firstReady.resolve();
        return;
      }
      await sleep(READY_POLL_MS);
    }
  }

  #giveUp(death: Death): void {
    this.#enter('failed');
    const often = death.hopeless
      ? ''
      : `, ${this.#watcher.policy.deaths} times within ${this.#watcher.policy.withinMs / 1000} s`;
    const problem =
      death.cause instanceof CliError
        ? death.cause
        : new CliError(`${this.plan.name} ${death.how}${often}.${quoted(death.lines)}`, [
            'correct what its last lines say',
            `read its whole log: ${this.plan.log}`,
          ]);
    this.#firstReady.reject(problem);
    this.#watcher.gaveUp(problem);
  }

  #tooLate(): CliError {
    const seconds = this.plan.readyWithinMs / 1000;
    return new CliError(
      `${this.plan.name} runs, but was not ready within ${seconds} s.${quoted(lastLines(this.plan.log, 0))}`,
      [`see what it says at ${this.plan.url}`, `read its whole log: ${this.plan.log}`],
    );
  }

  #enter(state: ProcessState): void {
    this.state = state;
    this.since = new Date();
    this.#watcher.changed();
  }
}

interface Death {
  how: string;
  lines: string[];
  /** Restarting it cannot help. */
  hopeless: boolean;
  cause?: unknown;
}

function endOf(child: ChildProcess): Promise<Omit<Death, 'lines'>> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ how: `cannot be run: ${error.message}`, hopeless: true }));
    child.once('exit', (code, signal) =>
      resolve({
        how: signal ? `was ended by ${signal}` : `ended with exit code ${code}`,
        hopeless: code === EX_CONFIG,
      }),
    );
  });
}

const quoted = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `    | ${line}`).join('\n')}`;
