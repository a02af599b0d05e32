/** `npm run reset`: stops the local system and removes all its state. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { layoutOf } from '../environment/layout.ts';
import { readPlace } from '../stack/postgres/postgres-location.ts';
import { explain } from '../problem.ts';
import { dataDirOf, withEnvFile } from '../environment/env.ts';
import { stopSystem } from '../stack/process/stop-system.ts';

try {
  const dataDir = dataDirOf(withEnvFile(process.env));
  await stopSystem(dataDir, console.log);
  console.log(existsSync(dataDir) ? remove(dataDir) : `There is no ${dataDir}.`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

/** Only what is ours: DATA_DIR may have been pointed at a folder that holds other things. */
function remove(dataDir: string): string {
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
