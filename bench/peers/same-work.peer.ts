/**
 * What a team would build today for the same work: a BullMQ worker over the ceiling's undici pool; each message is
 * claimed in PostgreSQL before the call and settled after it, its status goes to Kafka with acks=all, and its two spans
 * to an OTLP collector. No order, lanes, suppressions, retries by schedule, or look-ups of lost answers.
 */
import { randomUUID } from 'node:crypto';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { tell, tellFailure } from '../foundation/tell.ts';
import { fillQueue, loadBullMq } from './bullmq.ts';
import { onGo, order } from './order.ts';
import { providerPool } from './provider-pool.ts';

interface Job {
  messageId: string;
  index: number;
}

process.env['OTEL_METRICS_EXPORTER'] ??= 'none';
process.env['OTEL_LOGS_EXPORTER'] ??= 'none';
new NodeSDK({ serviceName: 'same-work' }).start();
const tracer = trace.getTracer('same-work');
const { Worker } = loadBullMq()!;
const connection = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']) };
const name = `same-work-${process.pid}`;
const topic = process.env['TOPIC'] ?? '';
const send = providerPool(order.providerUrl, order.inFlight);
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
const producer = createKafka(process.env, 'same-work').producer({
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  allowAutoTopicCreation: false,
});
await pool.query(
  'CREATE TABLE IF NOT EXISTS same_work (id text PRIMARY KEY, token uuid, state text, outcome jsonb, at timestamptz)',
);
await producer.connect();
await fillQueue(name, order.messages, connection);

onGo(async () => {
  const worker = new Worker(name, ({ data }) => work(data), { connection, concurrency: order.inFlight });
  worker.on('failed', (_, error) => tellFailure(error));
  worker.on('error', tellFailure);
});
tell({ kind: 'ready' });

const work = ({ messageId, index }: Job): Promise<void> =>
  tracer.startActiveSpan('email process', { kind: SpanKind.CONSUMER }, async (span) => {
    const token = randomUUID();
    if (!(await claim(messageId, token))) return;
    await call(messageId, index);
    const outcome = { kind: 'sent', at: new Date().toISOString(), provider: 'sendgrid', attempt: 1 };
    await settle(messageId, token, outcome);
    await publish(messageId, outcome);
    span.end();
  });

async function claim(messageId: string, token: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'claim',
    text: `INSERT INTO same_work (id, token, state, at) VALUES ($1, $2, 'claimed', now()) ON CONFLICT DO NOTHING`,
    values: [messageId, token],
  });
  return rowCount === 1;
}

const call = (messageId: string, index: number): Promise<void> =>
  tracer.startActiveSpan(
    'email send',
    { kind: SpanKind.CLIENT, attributes: { 'messaging.message.id': messageId } },
    async (span) => {
      await send(messageId, index);
      span.end();
    },
  );

const settle = (messageId: string, token: string, outcome: object) =>
  pool.query({
    name: 'settle',
    text: `UPDATE same_work SET state = 'sent', outcome = $3 WHERE id = $1 AND token = $2`,
    values: [messageId, token, outcome],
  });

async function publish(messageId: string, outcome: object): Promise<void> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  const value = JSON.stringify({ messageId, status: 'sent', ...outcome });
  await producer.send({ topic, acks: -1, messages: [{ key: messageId, value, headers }] });
}
