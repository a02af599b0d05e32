import { SendDue, StatusChanged } from '#libs/contracts';
import { bootService, type RunningService } from '#libs/runtime';
import { aDatabase, aDeferred, anEmailRequest, aTopicPrefix, eventually, kafkaBrokers, KafkaTestClient, provisionTopics, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RetryConfig } from '../src/retry.config.ts';
import { migrations } from '../src/retry.migrations.ts';
import { RetryModule } from '../src/retry.module.ts';

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('The retry service', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await aDatabase();
    await provisionTopics(prefix);
    const env = {
      DATABASE_URL: database.url, KAFKA_BROKERS: kafkaBrokers(), KAFKA_TOPIC_PREFIX: prefix, HTTP_HOST: '127.0.0.1', HTTP_PORT: '0',
      LOG_LEVEL: 'error', RETRY_POLL_MS: '50', RETRY_URGENT_CAP_MS: '50',
    }; // prettier-ignore
    service = await bootService({ name: 'retry', schema: RetryConfig, migrations, module: RetryModule }, env);
    await eventually(async () => (await fetch(`${await service.app.getUrl()}/health/ready`)).ok, { timeoutMs: 30_000 });
  }, 60_000);

  afterAll(async () => {
    await service?.stop();
    await kafka.close();
    await database?.drop();
  }, 30_000);

  const defer = (deferred: object & { messageId: string }) =>
    kafka.produce(`${prefix}send.deferred`, { key: deferred.messageId, value: deferred, headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });

  it('hands a failed message back to its channel: next hop, own lane and key, same trace', async () => {
    const due = await kafka.collect(`${prefix}email.due.urgent`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(aDeferred({ messageId: 'again', lane: 'urgent', key: Buffer.from('customer-7').toString('base64'), expiresAt: inMs(60_000) }));
    const [fact] = await statuses.until(1);
    expect(StatusChanged.parse(fact?.json())).toMatchObject({ messageId: 'again', status: 'retrying', source: 'retry', hop: 1 });
    const [record] = await due.until(1);
    expect(record?.key).toBe('customer-7');
    expect(SendDue.parse(record?.json())).toMatchObject({ messageId: 'again', hop: 2, mode: 'send', request: { text: 'It works' } });
    for (const seen of [fact, record]) expect(seen?.headers['traceparent']).toContain(traceId);
    await eventually(async () => (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE state = 'published'`)).rowCount === 1);
  }, 30_000);

  it('gives up a message that expired: a final status and a dead letter with the request', async () => {
    const letters = await kafka.collect(`${prefix}dead-letters`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(aDeferred({ messageId: 'late', expiresAt: inMs(-1), request: anEmailRequest({ messageId: 'late', correlationId: 'order-7' }) }));
    expect((await letters.until(1))[0]?.json()).toMatchObject({ messageId: 'late', reason: 'expired', request: { correlationId: 'order-7' } });
    expect((await statuses.until(1))[0]?.json()).toMatchObject({ status: 'expired', final: true, correlationId: 'order-7' });
  }, 30_000);

  it('cancels a message that waits, in the trace of the message', async () => {
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(aDeferred({ messageId: 'unwanted', why: 'waiting', until: inMs(3_600_000), expiresAt: inMs(7_200_000), attempts: [], failure: undefined }));
    await eventually(async () => (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE message_id = 'unwanted'`)).rowCount === 1);
    await kafka.produce(`${prefix}cancel.requested`, { key: 'unwanted', value: { messageId: 'unwanted', channel: 'email' } });
    const [fact] = await statuses.until(1);
    expect(fact?.json()).toMatchObject({ messageId: 'unwanted', status: 'cancelled', final: true, hop: 1 });
    expect(fact?.headers['traceparent']).toContain(traceId);
  }, 30_000);
});
