import { connect } from 'node:net';
import { isRunning } from '../environment/process-table.ts';
import { readState, type ProcessRecord, type StackState } from '../environment/state.ts';

export interface ProcessStatus {
  name: string;
  pid: number | null;
  /** The state its supervisor recorded, corrected by checking the process itself. */
  state: ProcessRecord['state'] | 'not answering' | 'left behind';
  url: string;
  restarts: number;
  since: string;
  external: boolean;
}

export interface SystemStatus {
  /** The state of its supervisor, when one runs. */
  running: StackState | undefined;
  /** Every part answers. */
  ready: boolean;
  processes: ProcessStatus[];
}

/** The state of the system of a DATA_DIR, determined now. */
export async function probe(dataDir: string): Promise<SystemStatus> {
  const state = readState(dataDir);
  const running = state && isRunning(state.supervisor) ? state : undefined;
  const processes = await Promise.all(
    (state?.processes ?? []).map((record) => statusOf(record, running !== undefined)),
  );
  const ready = running?.state === 'ready' && processes.length > 0 && processes.every((each) => each.state === 'ready');
  return { running, ready, processes };
}

async function statusOf(record: ProcessRecord, supervised: boolean): Promise<ProcessStatus> {
  const { name, pid, command, url, restarts, since, external = false } = record;
  const alive = external || (pid !== undefined && isRunning({ pid, command }));
  const state = supervised ? await seen(record) : alive && !external ? 'left behind' : 'stopped';
  return { name, pid: alive && pid !== undefined ? pid : null, state, url, restarts, since, external };
}

async function seen({ name, state, url }: ProcessRecord): Promise<ProcessStatus['state']> {
  if (state !== 'ready') return state;
  const answers = name === 'kafka' || name === 'postgres' ? await accepts(url) : await isHealthy(url);
  return answers ? 'ready' : 'not answering';
}

const isHealthy = (url: string) =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.ok,
    () => false,
  );

/** Whether the first of several addresses accepts a connection. */
function accepts(address: string): Promise<boolean> {
  const [hostAndPort = ''] = address.split('/')[0]?.split(',') ?? [];
  const { hostname, port } = new URL(`tcp://${hostAndPort.trim()}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432), timeout: 3_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}
