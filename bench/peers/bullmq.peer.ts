/** A BullMQ worker over the same undici pool as the ceiling: a queue as teams use one today. No ledger, no events. */
import { tell, tellFailure } from '../foundation/tell.ts';
import { loadBullMq } from './bullmq.ts';
import { onGo, order } from './order.ts';
import { providerPool } from './provider-pool.ts';

const PER_CALL = 1_000;
const { Queue, Worker } = loadBullMq()!;
const connection = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']) };
const name = `bench-${process.pid}`;
const send = providerPool(order.providerUrl, order.inFlight);

await fill();
onGo(async () => {
  const worker = new Worker(name, ({ data }) => send(data.messageId, data.index), {
    connection,
    concurrency: order.inFlight,
  });
  worker.on('failed', (_, error) => tellFailure(error));
  worker.on('error', tellFailure);
});
tell({ kind: 'ready' });

async function fill(): Promise<void> {
  const queue = new Queue(name, { connection });
  for (let from = 0; from < order.messages; from += PER_CALL) {
    const length = Math.min(PER_CALL, order.messages - from);
    const jobs = Array.from({ length }, (_, step) => ({
      name: 'send',
      data: { messageId: `bull-${from + step}`, index: from + step },
      opts: { attempts: 3, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true },
    }));
    await queue.addBulk(jobs);
  }
  await queue.close();
}
