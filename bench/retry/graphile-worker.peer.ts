/** The same with graphile-worker: jobs that are published to Kafka and marked as done. */
import { tell, tellFailure } from '../foundation/tell.ts';
import { measureGraphileWorker } from './measure-graphile-worker.ts';

try {
  tell({ kind: 'figures', figures: await measureGraphileWorker(Number(process.env['MESSAGES'])) });
} catch (error) {
  tellFailure(error);
}
