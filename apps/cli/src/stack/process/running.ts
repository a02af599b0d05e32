import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, signalGroup } from '../../environment/process-table.ts';
import type { ProcessName } from '../../environment/env.ts';
import { readState, type ProcessRecord, type StackState } from '../../environment/state.ts';

/** A running system, as any process can use it, by what its supervisor keeps in DATA_DIR. */
export class RunningStack {
  readonly dataDir: string;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  /** The URL of each part. */
  get urls(): Partial<Record<ProcessName, string>> {
    return this.#state().urls;
  }

  /** KAFKA_BROKERS, DATABASE_URL, REPORTING_URL, REPORTING_KEY, RECIPIENT_HASH_KEY and DATA_DIR of this system. */
  get env(): Record<string, string> {
    return this.#state().env;
  }

  get tokens(): { reporting: string } {
    return { reporting: this.env['REPORTING_KEY'] ?? '' };
  }

  processes(): ProcessRecord[] {
    return this.#state().processes;
  }

  process(name: ProcessName): ProcessRecord {
    const found = this.processes().find((record) => record.name === name);
    if (!found) throw new Error(`${name} is not part of this system`);
    return found;
  }

  /**
   * Signals one process; its supervisor restarts it.
   * @returns how often it had been restarted before
   */
  kill(name: ProcessName, signal: NodeJS.Signals = 'SIGKILL'): number {
    const { pid, command, restarts } = this.process(name);
    if (pid === undefined || !isRunning({ pid, command })) throw new Error(`${name} does not run`);
    signalGroup(pid, signal);
    return restarts;
  }

  /** Waits until a process is ready and was restarted more than `restartsAbove` times. */
  async untilReady(name: ProcessName, { restartsAbove = -1, withinMs = 60_000 } = {}): Promise<ProcessRecord> {
    const end = performance.now() + withinMs;
    for (;;) {
      const record = this.process(name);
      if (record.state === 'ready' && record.restarts > restartsAbove) return record;
      if (performance.now() > end)
        throw new Error(`${name} was not ready within ${withinMs} ms; it is ${record.state}`);
      await sleep(100);
    }
  }

  /** Ends one process and waits until its successor is ready. */
  async restart(name: ProcessName, signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessRecord> {
    return this.untilReady(name, { restartsAbove: this.kill(name, signal) });
  }

  #state(): StackState {
    const state = readState(this.dataDir);
    if (!state) throw new Error(`nothing was started with DATA_DIR=${this.dataDir}`);
    return state;
  }
}
