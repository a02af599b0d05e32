import { createServer } from 'node:net';
import { listenerOn, type KnownProcess } from '../../environment/process-table.ts';
import { CliError } from '../../errors.ts';
import { portSettings, type PortName, type Ports } from './settings.ts';

export interface TakenPort {
  name: PortName;
  port: number;
  holder: KnownProcess | undefined;
}

/**
 * Checks that all required ports are free.
 * @throws CliError naming all that are not
 */
export async function requireFreePorts(ports: Ports, wanted: readonly PortName[]): Promise<void> {
  const taken: TakenPort[] = [];
  for (const name of wanted) {
    if (!(await isFree(ports[name]))) taken.push({ name, port: ports[name], holder: listenerOn(ports[name]) });
  }
  if (taken.length > 0) throw portsTaken(taken);
}

/** The error for ports that are taken. */
export function portsTaken(taken: readonly TakenPort[]): CliError {
  const lines = taken.map(({ name, port, holder }) => {
    const { wantedBy, setting } = portSettings[name];
    const who = holder ? `held by process ${holder.pid} (${shortened(holder.command)})` : 'held by another process';
    return `  port ${port}, which ${wantedBy} needs (${setting}), is ${who}`;
  });
  const settings = taken.map(
    ({ name, port }) => `${portSettings[name].setting}=${port + 10_000 > 65_535 ? port - 1_000 : port + 10_000}`,
  );
  return new CliError(`${taken.length === 1 ? 'A port is' : 'Ports are'} already in use:\n${lines.join('\n')}`, [
    'stop what holds it; if it is an earlier start of this project: npm run stop, in its own folder',
    `choose another port, in the environment or in .env: ${settings.join(' ')}`,
  ]);
}

const shortened = (command: string) => (command.length > 90 ? `${command.slice(0, 87)}…` : command || 'unknown');

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
