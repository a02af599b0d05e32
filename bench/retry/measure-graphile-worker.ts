import { topicName, topics } from '#libs/contracts';
import kafkajs from 'kafkajs';
import { Logger, makeWorkerUtils, run, type Runner } from 'graphile-worker';
import pg from 'pg';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { rounded } from '../figures.ts';
import { aDeferredMessage } from './sample.ts';

/** Fewer only while the measurement itself is worked on. */
const MANY = Number(process.env['BENCH_MANY'] ?? 1_000_000);
/** As many as retry takes at once. */
const BATCH = 500;

/** graphile-worker with its batches switched on (local queue, completion of many jobs together). */
export async function measureGraphileWorker(messages: number): Promise<object> {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 12 });
  pool.on('error', () => undefined);
  const utils = await makeWorkerUtils({ pgPool: pool });
  await utils.migrate();
  const kafka = createKafka(process.env, 'bench-graphile');
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const publish = inBatches((values) =>
    producer.send({
      topic: topicName(topics.emailDue, process.env['KAFKA_TOPIC_PREFIX'] ?? ''),
      acks: -1,
      messages: values.map((value) => ({ value })),
    }),
  );
  const jobsAt = (runAt: Date, count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({
      identifier: 'release',
      payload: aDeferredMessage(from + index, 'graphile'),
      runAt,
    }));
  const later = new Date(Date.now() + 2 * 86_400_000);
  const insert = async (runAt: Date) => {
    for (let done = 0; done < messages; done += BATCH)
      await utils.addJobs(jobsAt(runAt, Math.min(BATCH, messages - done), done));
  };
  const from = performance.now();
  await insert(later);
  const insertPerS = messages / ((performance.now() - from) / 1_000);
  const releasePerS = async (pending: number): Promise<number> => {
    await pool.query('DELETE FROM graphile_worker._private_jobs');
    await utils.addJobs(jobsAt(later, 1));
    await pool.query(
      `INSERT INTO graphile_worker._private_jobs (task_id, payload, run_at, max_attempts)
       SELECT j.task_id, j.payload, j.run_at, j.max_attempts 
         FROM graphile_worker._private_jobs j, generate_series(2, $1)`,
      [pending],
    );
    await insert(new Date(Date.now() - 3_600_000));
    await pool.query('VACUUM ANALYZE graphile_worker._private_jobs');
    let done = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = performance.now();
    const runner: Runner = await run({
      pgPool: pool,
      // It would write a line for each job.
      logger: new Logger(() => () => undefined),
      noHandleSignals: true,
      taskList: {
        release: async (payload) => {
          await publish(JSON.stringify(payload));
          if ((done += 1) === messages) resolve();
        },
      },
      preset: {
        worker: {
          concurrentJobs: BATCH,
          localQueue: { size: BATCH },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    await promise;
    await runner.stop();
    return messages / ((performance.now() - started) / 1_000);
  };
  const few = await releasePerS(10_000);
  const many = await releasePerS(MANY);
  await producer.disconnect();
  await utils.release();
  await pool.end();
  return {
    insertPerS: rounded(insertPerS),
    releasePerS: { pending10k: rounded(few), pending1m: rounded(many) },
    flatness: rounded(many / few, 2),
  };
}

/** Those of a few milliseconds go in one request, as retry's publisher sends them. */
function inBatches(send: (values: string[]) => Promise<unknown>): (value: string) => Promise<void> {
  let waiting: { value: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    send(batch.map(({ value }) => value)).then(
      () => batch.forEach(({ resolve }) => resolve()),
      (error: unknown) => batch.forEach(({ reject }) => reject(error)),
    );
  };
  return (value) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ value, resolve, reject }) === 1) setTimeout(flush, 2);
    });
}
