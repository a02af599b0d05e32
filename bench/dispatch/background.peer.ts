/**
 * Keeps Kafka and PostgreSQL as busy as the email service does while the bare loop runs: for each message one status
 * event written (acks=all), two records read, one row claimed and settled. Prepared beforehand as far as possible, so
 * that the load is theirs and not this process's.
 */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { tell, tellFailure } from '../foundation/tell.ts';

const TICK_MS = 5;
const topic = process.env['TOPIC'] ?? '';
const perTick = Math.max(1, Math.round((Number(process.env['PER_SECOND']) * TICK_MS) / 1_000));
const kafka = createKafka(process.env, 'bench-load');
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 8 });
const value = Buffer.alloc(450, 'x');
const headers = Object.fromEntries(
  Array.from({ length: 7 }, (_, index) => [`header-${index}`, 'a header of usual length']),
);
const outcome = JSON.stringify({
  kind: 'sent',
  at: new Date().toISOString(),
  provider: 'sendgrid',
  providerMessageId: 'x'.repeat(22),
  attempt: 1,
});

const write = (state: string) => ({
  name: state,
  text: `INSERT INTO bench_load AS l (id, token, state, source, outcome)
         SELECT id, id, '${state}', $2, $3::jsonb FROM unnest($1::uuid[]) AS i(id)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, outcome = excluded.outcome
           WHERE l.token = excluded.token RETURNING id`,
});

await producer.connect();
await pool.query(
  'CREATE TABLE IF NOT EXISTS bench_load (id uuid PRIMARY KEY, token uuid, state text, source text, ' +
    'outcome jsonb) WITH (fillfactor = 60)',
);
for (const reader of ['requests', 'statuses']) {
  const consumer = kafka.consumer({ groupId: `bench-load-${reader}`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ autoCommitInterval: 250, eachBatch: () => Promise.resolve() });
}
let before: string[] = [];
setInterval(() => {
  tick().catch(tellFailure);
}, TICK_MS);
tell({ kind: 'ready' });

async function tick(): Promise<void> {
  const ids = Array.from({ length: perTick }, () => randomUUID());
  const settled = before;
  before = ids;
  await Promise.all([
    pool.query({ ...write('claimed'), values: [ids, 'bench/0/0', null] }),
    pool.query({ ...write('sent'), values: [settled, 'bench/0/0', outcome] }),
    producer.send({ topic, acks: -1, messages: ids.map((key) => ({ key, value, headers })) }),
  ]);
}
