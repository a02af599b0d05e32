import type { ReceiptMissing } from '#libs/contracts';
import { migrate } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import type { Outgoing } from '#libs/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingFact } from '../src/projection/fact.ts';
import { PostgresProjection } from '../src/projection/projection.store.ts';
import { ReceiptRequests } from '../src/receipts/receipt-requests.service.ts';
import { PostgresTakenMessages } from '../src/receipts/taken-messages.store.ts';
import { reportingMigrations } from '../src/reporting.migrations.ts';
import { fact, receipt, requested } from './facts.ts';

let database: TestDatabase;
let projection: PostgresProjection;
let published: Outgoing[];

beforeAll(async () => {
  database = await aDatabase();
  await migrate(database.pool(), 'reporting', reportingMigrations);
  projection = new PostgresProjection(database.pool());
});
beforeEach(async () => {
  published = [];
  await database.pool().query('TRUNCATE reporting.message, reporting.event');
});
afterAll(() => database.drop());

const project = (...facts: IncomingFact[]) => Promise.all(facts.map((each) => projection.project(each)));

/** The facts are of 2030: as if the last of each message were an hour old. */
const areAnHourOld = () => database.pool().query("UPDATE reporting.message SET status_at = now() - interval '1 hour'");

/** As if nothing had come for an hour. */
const anHourPasses = async () => {
  await areAnHourOld();
  await database.pool().query("UPDATE reporting.message SET updated_at = now() - interval '1 hour'");
};

const aReplica = (publish: (records: readonly Outgoing[]) => Promise<undefined[]>) =>
  new ReceiptRequests(
    new PostgresTakenMessages(database.pool()),
    { publishAll: publish },
    { REPORTING_RECEIPT_ASK_AFTER_MS: 600_000 },
    { add: () => undefined },
  );
const replica = () =>
  aReplica(async (records) => {
    published.push(...records);
    return records.map(() => undefined);
  });
const askedFor = () => published.map(({ value }) => (value as ReceiptMissing).messageId).toSorted();

const sent = (messageId: string, more: Parameters<typeof fact>[1] = {}) =>
  fact(messageId, { provider: 'sendgrid', providerMessageId: `sg-${messageId}`, ...more });

describe('a message that a provider took, and of whose end nothing was heard', () => {
  it('is asked for once, however many replicas look', async () => {
    await project(requested('silent'), sent('silent', { callId: 'call-1' }), requested('over'), sent('over'));
    await project(receipt('over'), requested('waiting'));
    await anHourPasses();
    await Promise.all([replica(), replica(), replica()].map((one) => one.round()));
    await replica().round();
    expect(askedFor()).toEqual(['silent']);
    expect(published[0]).toMatchObject({
      key: 'silent',
      headers: { ce_factchannel: 'email' },
      value: {
        channel: 'email',
        hop: 1,
        provider: 'sendgrid',
        providerMessageId: 'sg-silent',
        callId: 'call-1',
        sentAt: '2030-01-31T12:00:01.000Z',
        recipientCount: 1,
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
    });
  });

  it('is not asked for while its facts are being read, since its receipt may be among those that follow', async () => {
    await project(requested('fresh'), sent('fresh'));
    await areAnHourOld();
    await replica().round();
    expect(published).toEqual([]);
  });

  it('is asked for again where it goes on and falls silent again', async () => {
    await project(requested('late'), sent('late'));
    await anHourPasses();
    await replica().round();
    await project(receipt('late', { status: 'delayed', final: false, hop: 1, at: '2030-01-31T12:20:00.000Z' }));
    await replica().round();
    expect(askedFor()).toEqual(['late']);
    await anHourPasses();
    await replica().round();
    expect(askedFor()).toEqual(['late', 'late']);
  });

  it('is asked for again where Kafka could not be reached', async () => {
    await project(requested('unsaid'), sent('unsaid'));
    await anHourPasses();
    const unreachable = aReplica(() => Promise.reject(new Error('no broker')));
    await expect(unreachable.round()).rejects.toThrow();
    await replica().round();
    expect(askedFor()).toEqual(['unsaid']);
  });

  it('is not asked for once its end without a receipt is reported, and a late receipt still wins', async () => {
    await project(requested('ended'), sent('ended'));
    await project(sent('ended', { final: true, at: '2030-02-03T12:00:01.000Z', reason: 'No receipt came.' }));
    await anHourPasses();
    await replica().round();
    expect(published).toEqual([]);
    const status = async () =>
      (await database.pool().query('SELECT status, final FROM reporting.message')).rows as unknown[];
    expect(await status()).toEqual([{ status: 'sent', final: true }]);
    await project(receipt('ended', { hop: 1 }));
    expect(await status()).toEqual([{ status: 'delivered', final: true }]);
  });
});
