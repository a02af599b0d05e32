import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf, type Layout } from '../../apps/cli/src/environment/layout.ts';
import { explain } from '../../apps/cli/src/errors.ts';
import { readPlace } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { type RestartPolicy, standardRestarts } from '../../apps/cli/src/stack/process/restart.policy.ts';
import { type ProcessPlan, SupervisedProcess } from '../../apps/cli/src/stack/process/supervised-process.ts';

/** What a host script stands on. */
export interface Home {
  /** Temporary; removed at the end. */
  dataDir: string;
  layout: Layout;
  /** Calls this at the end, whether the start succeeded or not. */
  atEnd: (stop: () => Promise<unknown>) => void;
  /**
   * Starts a process that runs until the end; what becomes of it is said on standard error. `restarts`: it may die as
   * often, and nothing is said. `changed`: its state or process id has changed.
   */
  run: (plan: ProcessPlan, options?: RunOptions) => Promise<void>;
}

interface RunOptions {
  restarts?: RestartPolicy;
  changed?: (process: SupervisedProcess) => void;
}

/**
 * The main function of a host script: a process of its own that starts something, and stops it and removes its folder
 * as soon as its standard input closes, so that nothing is left behind however jest or the bench ends, kill -9
 * included. Tells on standard output, in one line of JSON, what `start` returns or what went wrong.
 * @param name of the temporary folder, and of what is said
 */
export async function host(name: string, start: (home: Home) => Promise<object>): Promise<void> {
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), `messaging-${name}-`)));
  // PostgreSQL, which runs as another user where we are root, has to reach its data.
  chmodSync(dataDir, 0o755);
  const layout = layoutOf(dataDir);
  mkdirSync(layout.logs, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  let started = false;
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= Promise.allSettled(stops.map((stop) => stop())).then(() => {
      const outside = readPlace(layout)?.home;
      for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
      process.exit(code);
    });
  };
  for (const event of ['end', 'error']) process.stdin.resume().on(event, () => end(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(0));
  const atEnd = (stop: () => Promise<unknown>) => void stops.push(stop);
  const say = (line: string) => process.stderr.write(`${name}: ${line}\n`);
  const run = async (plan: ProcessPlan, { restarts, changed }: RunOptions = {}) => {
    const running: SupervisedProcess = new SupervisedProcess(plan, {
      policy: restarts ?? standardRestarts,
      say: restarts ? () => {} : say,
      changed: () => changed?.(running),
      gaveUp: (problem) => started && say(explain(problem)),
    });
    atEnd(() => running.stop());
    await running.start();
  };
  try {
    tell(await start({ dataDir, layout, atEnd, run }));
    started = true;
  } catch (error) {
    if (!ending) tell({ problem: explain(error) });
    end(1);
  }
}

const tell = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
