import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { CliCommand } from '../../command.ts';
import { dataDirOf, withEnvFile } from '../../environment/env.ts';
import { layoutOf } from '../../environment/layout.ts';

/** Stops the local system and removes all its state. */
export const resetCommand = (): CliCommand =>
  new CliCommand('reset')
    .description('Stops everything on this machine and removes all its state.')
    .example('reset')
    .reads('DATA_DIR')
    .exits({ 0: 'there is no state any more', 1: 'something could not be stopped or removed', 2: 'wrong use' })
    .does(async () => {
      const { stopSystem } = await import('../../stack/process/stop-system.ts');
      const dataDir = dataDirOf(withEnvFile(process.env));
      await stopSystem(dataDir, console.log);
      console.log(existsSync(dataDir) ? await remove(dataDir) : `There is no ${dataDir}.`);
      return 0;
    });

/** Only our own files: DATA_DIR may be a folder with other files in it. */
async function remove(dataDir: string): Promise<string> {
  const { readPlace } = await import('../../stack/postgres/postgres-location.ts');
  const { log: _, ...paths } = layoutOf(dataDir);
  const outside = readPlace(layoutOf(dataDir))?.home;
  if (outside) rmSync(outside, { recursive: true, force: true });
  for (const path of Object.values(paths)) {
    rmSync(path, { recursive: true, force: true });
    rmSync(`${path}.new`, { force: true });
  }
  const left = readdirSync(dataDir);
  if (left.length > 0) return `Removed the state in ${dataDir}. Not ours, and still there: ${left.join(', ')}.`;
  rmdirSync(dataDir);
  return `Removed ${[dataDir, outside].filter(Boolean).join(' and ')}.`;
}
