/** `npm run status`: how each part of the local system is. Exit code 0 only when all of it is ready. */
import { parseArgs } from 'node:util';
import { probe, type ProcessStatus } from '../stack/probe.ts';
import { dataDirOf, withEnvFile } from '../environment/env.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
const dataDir = dataDirOf(withEnvFile(process.env));
const { running, ready, processes } = await probe(dataDir);

if (values.json) {
  const supervisor = running ? { pid: running.supervisor.pid, state: running.state, since: running.startedAt } : null;
  console.log(JSON.stringify({ ready, running: running !== undefined, dataDir, supervisor, processes }, null, 2));
} else {
  for (const row of table(processes)) console.log(row);
  if (running)
    console.log(`\nSupervisor: process ${running.supervisor.pid}, ${running.state}, started ${running.startedAt}.`);
  else if (processes.some(({ state }) => state === 'left behind'))
    console.log('\nThe supervisor is gone; npm run stop or npm start ends what it left behind.');
  else console.log('Nothing is running. npm start starts everything.');
}
process.exitCode = ready ? 0 : 1;

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
