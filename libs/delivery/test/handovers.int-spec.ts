import { identityKey, type SendDeferred } from '#libs/contracts';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, aDeferred, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { PostgresHandovers } from '../src/handover/handovers.store.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aPublisher } from './builders/a-publisher.ts';

const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

describe('Hand-overs that retry has not decided on', () => {
  let database: TestDatabase;
  let pool: Pool;
  let handovers: PostgresHandovers;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', deliveryMigrations);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await pool.query('TRUNCATE email.handover');
    handovers = new PostgresHandovers({ pool, schema: 'email', answerMs: 30_000 });
  });

  const keep = (deferred: SendDeferred) => handovers.keep([{ id: identityKey(deferred), deferred, trace }]);
  const wait = (seconds: number) =>
    pool.query(`UPDATE email.handover SET kept_at = kept_at - $1::int * interval '1 second'`, [seconds]);
  /** As the watch does once Kafka shows that everything was read. */
  const ask = async () => (await handovers.takeAgain((await handovers.overdue()).now)).map(({ deferred }) => deferred);

  it('are stored as they were published, with their trace, and returned once they are overdue', async () => {
    const deferred = aDeferred({ hop: 1, request: { text: 'a\u0000b\ud800c' } });
    await keep(deferred);
    expect(await handovers.overdue()).toMatchObject({ any: false, stuck: 0 });
    expect(await ask()).toEqual([]);
    await wait(31);
    const { any, now } = await handovers.overdue();
    expect(any).toBe(true);
    expect(await handovers.takeAgain(now)).toEqual([{ deferred, trace }]);
  });

  it('are deleted as soon as retry has decided on them, or on a later hop of their message', async () => {
    const [first, second, other] = [
      aDeferred({ messageId: 'm-1' }),
      aDeferred({ messageId: 'm-1', hop: 3, acceptanceRevoked: true }),
      aDeferred(),
    ];
    await Promise.all([first, second, other].map(keep));
    await handovers.decided(identityKey(first), 1);
    await wait(31);
    expect((await ask()).map(({ hop }) => hop).toSorted((a, b) => a - b)).toEqual([1, 3]);
    await handovers.decided(identityKey(second), 4);
    await wait(3_600);
    expect(await ask()).toEqual([other]);
  });

  it('are returned at growing intervals, and reported once they were returned three times', async () => {
    await keep(aDeferred());
    for (const seconds of [31, 61, 121]) {
      await wait(seconds - 2);
      expect(await ask()).toEqual([]);
      await wait(2);
      expect(await ask()).toHaveLength(1);
    }
    expect((await handovers.overdue()).stuck).toBe(0);
    await wait(31);
    expect((await handovers.overdue()).stuck).toBe(1);
  });

  it('are not returned where they were stored after the time up to which retry has read', async () => {
    await keep(aDeferred());
    await wait(31);
    expect(await handovers.takeAgain(new Date(Date.now() - 60_000))).toEqual([]);
  });

  it('are never returned to two replicas', async () => {
    await Promise.all(Array.from({ length: 150 }, () => keep(aDeferred())));
    await wait(31);
    const taken = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(taken.flat()).toHaveLength(150);
  });

  it('wait again from now on when their hop is published once more, as after a restart', async () => {
    const deferred = aDeferred();
    await keep(deferred);
    await wait(31);
    await Promise.all([keep(deferred), keep(deferred)]);
    expect(await ask()).toEqual([]);
  });

  describe('as a channel publishes them', () => {
    const publishedRecords = async (deferred: SendDeferred) => {
      const published: { topic: string; value: object; kept: number }[] = [];
      const kept = async () =>
        (await pool.query<{ kept: number }>('SELECT count(*) AS kept FROM email.handover')).rows[0]!.kept;
      const publish = async ({ topic, value }: { topic: { name: string }; value: unknown }) =>
        void published.push({ topic: topic.name, value: value as object, kept: await kept() });
      const { messageId, tenant, channel, hop } = deferred;
      const fact = {
        eventId: 'f',
        messageId,
        tenant,
        channel,
        hop,
        status: 'retrying' as const,
        final: false,
        at: deferred.at,
        source: channel,
      };
      await new OutcomePublisher(aPublisher(publish), handovers).publish({ facts: [fact], deferred });
      return published;
    };

    it.each([{ hop: 1 }, { hop: 4, acceptanceRevoked: true }])(
      'are stored before they are published, after the facts, and request retry’s answer: %j',
      async (more) => {
        const published = await publishedRecords(aDeferred(more));
        expect(published.map(({ topic, kept }) => [topic, kept])).toEqual([
          ['status.changed', 1],
          ['send.deferred', 1],
        ]);
        expect(published[1]!.value).toMatchObject({ ...more, acknowledge: true });
      },
    );

    it('are not stored for a later hop: retry itself waits for an answer to what it has released', async () => {
      const published = await publishedRecords(aDeferred({ hop: 2 }));
      expect(published.map(({ kept }) => kept)).toEqual([0, 0]);
      expect(published[1]!.value).not.toHaveProperty('acknowledge');
    });
  });
});
