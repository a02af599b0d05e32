/**
 * One server with TLS, in a temporary folder and a process of its own: it stops the server and removes the folder as
 * soon as its standard input closes, so that nothing is left behind however jest ends, kill -9 included.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf, type Layout } from '../../apps/cli/src/environment/layout.ts';
import { readPlace } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { explain } from '../../apps/cli/src/problem.ts';
import { standardRestarts, type RestartPolicy } from '../../apps/cli/src/stack/process/restart.policy.ts';
import { SupervisedProcess, type ProcessPlan } from '../../apps/cli/src/stack/process/supervised-process.ts';

export interface Home {
  dataDir: string;
  layout: Layout;
}

/** What to run, and what to tell the tests about it. */
export interface Hosted {
  plan: ProcessPlan;
  answer: object;
  /** Without it a server that dies once is not started again: it would die again, and its problem is told at once. */
  restarts?: RestartPolicy;
  /** Called when its state or process id changes. */
  changed?: (server: SupervisedProcess) => void;
}

/** Runs until standard input closes; tells in one line of JSON the answer or what went wrong. */
export async function host(prepare: (home: Home) => Promise<Hosted>): Promise<void> {
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-secure-')));
  // PostgreSQL, which runs as another user where we are root, has to reach its data.
  chmodSync(dataDir, 0o755);
  const layout = layoutOf(dataDir);
  let server: SupervisedProcess | undefined;
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= Promise.allSettled([server?.stop()]).then(() => {
      const outside = readPlace(layout)?.home;
      for (const folder of outside ? [outside, dataDir] : [dataDir]) rmSync(folder, { recursive: true, force: true });
      process.exit(code);
    });
  };
  process.stdin
    .resume()
    .on('end', () => end(0))
    .on('error', () => end(0));
  process
    .on('SIGTERM', () => end(0))
    .on('SIGINT', () => end(0))
    .on('SIGHUP', () => end(0));
  try {
    mkdirSync(layout.logs, { recursive: true });
    const hosted = await prepare({ dataDir, layout });
    const { plan, answer, changed } = hosted;
    const say = (line: string) => process.stderr.write(`${plan.name} for tests: ${line}\n`);
    const policy = hosted.restarts ?? { ...standardRestarts, deaths: 1 };
    server = new SupervisedProcess(plan, {
      policy,
      say: hosted.restarts ? () => {} : say,
      changed: () => server && changed?.(server),
      gaveUp: () => {},
    });
    await server.start();
    tell(answer);
  } catch (error) {
    if (!ending) tell({ problem: explain(error) });
    end(1);
  }
}

const tell = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
