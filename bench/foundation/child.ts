import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Closers } from './closers.ts';

/** What a process of the bench tells. `at` is ms since 1970, with fractions. */
export type Report =
  | { kind: 'ready'; port?: number }
  | { kind: 'failed'; why: string }
  | { kind: 'from'; at: number }
  | { kind: 'to'; at: number }
  | { kind: 'count'; messages: number; mostAtOnce: number; marked: number[] }
  | { kind: 'allocated'; bytes: number }
  | { kind: 'spans'; count: number }
  | { kind: 'figures'; figures: object };

export interface ChildOptions {
  env?: Record<string, string | undefined>;
  /** Where its output goes; default: this process's standard error. */
  log?: string;
  node?: string[];
}

const leaveWithParent = join(import.meta.dirname, 'leave-with-parent.mjs');

/**
 * A Node process of the bench's own, in a group of its own so that a Ctrl-C in the terminal reaches only the bench
 * itself.
 */
export class Child {
  readonly process: ChildProcess;
  private readonly waiting = new Set<{
    kind: Report['kind'];
    resolve: (report: Report) => void;
    reject: (error: Error) => void;
  }>();
  private readonly name: string;

  constructor(script: string, options: ChildOptions, closers: Closers) {
    this.name = script;
    const output = options.log ? openSync(options.log, 'a') : 2;
    this.process = fork(script, {
      detached: true,
      // It ends with this process, even when this one is killed.
      execArgv: [
        '--import',
        leaveWithParent,
        ...(options.node ?? ['--conditions=source', '--disable-warning=TimeoutNegativeWarning']),
      ],
      env: { ...process.env, ...options.env },
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.process.on('message', (report: Report) => this.hear(report));
    this.process.once('exit', (code, signal) => this.fail(new Error(`${this.name} ended (${signal ?? code})`)));
    closers.add(() => this.stop('SIGKILL'));
  }

  tell(order: object): void {
    this.process.send(order);
  }

  /** The next report of a kind. */
  next<K extends Report['kind']>(kind: K): Promise<Extract<Report, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.waiting.add({ kind, resolve: (report) => resolve(report as Extract<Report, { kind: K }>), reject });
    });
  }

  async stop(signal: NodeJS.Signals, graceMs = 35_000): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    const killer = setTimeout(() => this.process.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(killer);
  }

  private hear(report: Report): void {
    if (report.kind === 'failed') return this.fail(new Error(report.why));
    for (const waiter of this.waiting) {
      if (waiter.kind !== report.kind) continue;
      this.waiting.delete(waiter);
      waiter.resolve(report);
    }
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting) reject(error);
    this.waiting.clear();
  }
}

/** Starts one of the bench's own scripts and waits until it is ready. */
export async function startChild(
  script: string,
  env: Record<string, string>,
  closers: Closers,
): Promise<{ child: Child; port: number }> {
  const child = new Child(join(import.meta.dirname, '..', script), { env }, closers);
  const { port = 0 } = await child.next('ready');
  return { child, port };
}
