/** `npm run stop`: stops the local system in order. Nothing to stop is no fault. */
import { explain } from '../problem.ts';
import { dataDirOf, withEnvFile } from '../environment/env.ts';
import { stopSystem } from '../stack/process/stop-system.ts';

try {
  const stopped = await stopSystem(dataDirOf(withEnvFile(process.env)), console.log);
  console.log(stopped.length === 0 ? 'Nothing was running.' : `Stopped: ${stopped.join(', ')}.`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
