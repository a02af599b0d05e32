/** A BullMQ worker over the same undici pool as the ceiling: a queue as teams use one today. No ledger, no events. */
import { tell, tellFailure } from '../foundation/tell.ts';
import { fillQueue, loadBullMq } from './bullmq.ts';
import { onGo, order } from './order.ts';
import { providerPool } from './provider-pool.ts';

const { Worker } = loadBullMq()!;
const connection = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']) };
const name = `bench-${process.pid}`;
const send = providerPool(order.providerUrl, order.inFlight);

await fillQueue(name, order.messages, connection);
onGo(async () => {
  const worker = new Worker(name, ({ data }) => send(data.messageId, data.index), {
    connection,
    concurrency: order.inFlight,
  });
  worker.on('failed', (_, error) => tellFailure(error));
  worker.on('error', tellFailure);
});
tell({ kind: 'ready' });
