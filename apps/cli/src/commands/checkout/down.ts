import { CliCommand } from '../../command.ts';
import { dataDirOf, withEnvFile } from '../../environment/env.ts';

/** Stops the local system in order. It is no error if nothing runs. */
export const downCommand = (): CliCommand =>
  new CliCommand('down')
    .alias('stop')
    .description('Stops everything on this machine in order. State is kept.')
    .example('down')
    .reads('DATA_DIR')
    .exits({ 0: 'nothing runs any more', 1: 'something could not be stopped', 2: 'wrong use' })
    .does(async () => {
      const { stopSystem } = await import('../../stack/process/stop-system.ts');
      const stopped = await stopSystem(dataDirOf(withEnvFile(process.env)), console.log);
      console.log(stopped.length === 0 ? 'Nothing was running.' : `Stopped: ${stopped.join(', ')}.`);
      return 0;
    });
