import { CliCommand } from '../../command.ts';
import { dataDirOf, withEnvFile } from '../../environment/env.ts';
import type { ProcessStatus } from '../../stack/probe.ts';

/** Shows the state of each part of the local system. */
export const psCommand = (): CliCommand =>
  new CliCommand('ps')
    .description('Shows what runs where on this machine, and whether it is ready.')
    .option('--json', 'as JSON')
    .example('ps', 'ps --json')
    .reads('DATA_DIR')
    .exits({ 0: 'all of it is ready', 1: 'some of it is not, or nothing runs', 2: 'wrong use' })
    .does(ps);

async function ps({ json }: { json?: boolean }): Promise<number> {
  const { probe } = await import('../../stack/probe.ts');
  const dataDir = dataDirOf(withEnvFile(process.env));
  const { running, ready, processes } = await probe(dataDir);
  const supervisor = running ? { pid: running.supervisor.pid, state: running.state, since: running.startedAt } : null;
  if (json)
    console.log(JSON.stringify({ ready, running: running !== undefined, dataDir, supervisor, processes }, null, 2));
  else {
    for (const row of table(processes)) console.log(row);
    if (supervisor)
      console.log(`\nSupervisor: process ${supervisor.pid}, ${supervisor.state}, started ${supervisor.since}.`);
    else if (processes.some(({ state }) => state === 'left behind'))
      console.log('\nThe supervisor is gone; npm run stop or npm start ends what it left behind.');
    else console.log('Nothing is running. npm start starts everything.');
  }
  return ready ? 0 : 1;
}

function table(all: readonly ProcessStatus[]): string[] {
  if (!all.some(({ state }) => state !== 'stopped')) return [];
  const cells = all.map(({ name, pid, state, url, restarts, since, external }) => [
    name,
    external ? 'yours' : String(pid ?? '-'),
    state,
    url,
    String(restarts),
    since,
  ]);
  const rows = [['name', 'pid', 'state', 'where', 'restarts', 'since'], ...cells];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
