import { setTimeout as delay } from 'node:timers/promises';
import { type SendDeferred, type Topic, topics } from '#libs/contracts';
import { type Pool } from '#libs/persistence';
import {
  aDatabase,
  aDeferred,
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
  type TestDatabase,
  withAdmin,
} from '#libs/testing';
import { Stopping, untilUp } from '#libs/transport';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CannotLift, DatabaseSetBack, RestoreGuard } from '../src/restore/restore-guard.ts';
import { reread } from '../src/restore/rereading.ts';

/** What the service reads. */
const followed = Object.values<Topic>(topics).filter(({ to }) => to.includes('retry'));

describe('A service whose database', () => {
  const kafka = new KafkaTestClient();
  let database: TestDatabase;
  let pool: Pool;
  let prefix: string;
  let guards: RestoreGuard[] = [];
  let stopping: AbortController;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await pool.query('CREATE SCHEMA retry');
    await pool.query(
      'CREATE TABLE retry.followed (topic text, partition integer, next_offset bigint, PRIMARY KEY (topic, partition))',
    );
  });
  beforeEach(async () => {
    prefix = aTopicPrefix();
    stopping = new AbortController();
    await provisionTopics(prefix, followed, 1);
    await pool.query('TRUNCATE retry.followed');
  });
  afterEach(async () => {
    stopping.abort();
    await Promise.all(guards.map((guard) => guard.close()));
    guards = [];
  });
  afterAll(async () => {
    await kafka.close();
    await database.drop();
  });

  const topic = () => `${prefix}send.deferred`;
  const publish = (from: number, to: number) =>
    kafka.produce(
      topic(),
      ...Array.from({ length: to - from }, (_, index) => {
        const messageId = `m-${from + index}`;
        return { key: messageId, value: aDeferred({ messageId }) };
      }),
    );
  /** As a member of the service's group; an admin would wait for five seconds to do so. */
  const commit = async (offset: number) => {
    const consumer = aKafka().consumer({ groupId: `${prefix}retry`, maxWaitTimeInMs: 100 });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic()] });
    await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    await joined;
    await consumer.commitOffsets([{ topic: topic(), partition: 0, offset: String(offset) }]);
    await consumer.disconnect();
  };
  const keep = (offset: number, name = topic()) =>
    pool.query(
      `INSERT INTO retry.followed VALUES ($1, 0, $2)
       ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
      [name, offset],
    );
  const kept = async () =>
    (await pool.query<{ next_offset: number }>('SELECT next_offset FROM retry.followed WHERE topic = $1', [topic()]))
      .rows[0]?.next_offset;

  /** One replica, what it applies again, and whether it ended itself. */
  const aReplica = (upTo: 'committed' | 'end' = 'committed', slowly = 0) => {
    const applied: string[] = [];
    const ended = { times: 0 };
    const guard = new RestoreGuard(
      {
        service: 'retry',
        kafka: aKafka(),
        config: aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50' }),
        logger: silentLogger(),
        pool,
        stopping: stopping.signal,
      },
      () => (ended.times += 1),
    );
    guards.push(guard);
    const rereads = [
      reread<SendDeferred>(topics.sendDeferred, upTo, async ({ messageId }) => {
        if (slowly > 0) await delay(slowly);
        applied.push(messageId);
      }),
    ];
    const options = { logger: silentLogger(), stopping: stopping.signal };
    return { guard, applied, ended, usable: () => untilUp(options, () => guard.untilUsable(rereads)) };
  };
  const waits = (guard: RestoreGuard) => eventually(() => guard.state().state === 'waiting', { timeoutMs: 30_000 });

  it('is new works at once on a Kafka that it has not read before, as at a first deployment', async () => {
    await publish(0, 3);
    const { guard, applied, usable } = aReplica();
    await usable();
    expect([guard.state().state, applied]).toEqual(['working', []]);
  });

  it('has applied what its group has committed, or more, works at once', async () => {
    await publish(0, 3);
    await commit(2);
    await keep(3);
    const { applied, usable } = aReplica();
    await usable();
    expect(applied).toEqual([]);
  });

  it('was restored is paused, reads again exactly what it lacks, and works once an operator lifts that', async () => {
    await publish(0, 10);
    await commit(8);
    await keep(3);
    const { guard, applied, usable } = aReplica();
    const working = usable();
    await waits(guard);
    expect(guard.isPaused).toBe(true);
    expect(guard.concern()).toMatchObject({ meaning: expect.stringContaining('restored from a backup') });
    expect(guard.state()).toMatchObject({
      behind: [{ partition: `${topic()}/0`, kept: 3, committed: 8 }],
      gaps: [],
      applied: 5,
    });
    expect(applied.toSorted()).toEqual(['m-3', 'm-4', 'm-5', 'm-6', 'm-7']);
    await guard.lift('ada', false);
    await working;
    expect([guard.isPaused, guard.concern(), await kept()]).toEqual([false, undefined, 8]);
  }, 60_000);

  it('is empty while its group has read much is paused like a restored one, and reads from the beginning', async () => {
    await publish(0, 4);
    await commit(4);
    const { guard, applied, usable } = aReplica();
    const working = usable();
    await waits(guard);
    expect(applied).toHaveLength(4);
    await guard.lift('ada', false);
    await working;
  }, 60_000);

  it('has content from before offsets were kept takes over those of its group, once', async () => {
    await publish(0, 4);
    await commit(4);
    await keep(0, '*');
    await aReplica().usable();
    expect(await kept()).toBe(4);
    await keep(2);
    const { guard, usable } = aReplica();
    const working = usable();
    await waits(guard);
    await guard.lift('ada', false);
    await working;
  }, 60_000);

  it('knows more than a Kafka that was made anew works at once, and notices a later restore all the same', async () => {
    await publish(0, 4);
    await commit(2);
    await keep(1_000);
    await aReplica().usable();
    expect(await kept()).toBe(2);
    await commit(4);
    const { guard, usable } = aReplica();
    const working = usable();
    await waits(guard);
    await guard.lift('ada', false);
    await working;
  }, 60_000);

  it('was restored pauses every replica, and what is lifted at one is lifted at all', async () => {
    await publish(0, 6);
    await commit(6);
    await keep(2);
    const [one, other] = [aReplica(), aReplica()];
    const working = Promise.all([one.usable(), other.usable()]);
    await Promise.all([waits(one.guard), waits(other.guard)]);
    await one.guard.lift('ada', false);
    await working;
    expect([one.guard.isPaused, other.guard.isPaused]).toEqual([false, false]);
  }, 60_000);

  it('was restored begins anew after a crash while it reads, and is paused as before', async () => {
    await publish(0, 50);
    await commit(50);
    const first = aReplica('committed', 100);
    const crashed = first.usable();
    await eventually(() => first.applied.length > 0, { timeoutMs: 20_000 });
    stopping.abort();
    await expect(crashed).rejects.toThrow(Stopping);
    stopping = new AbortController();
    const { guard, applied, usable } = aReplica();
    const working = usable();
    await waits(guard);
    expect(applied).toHaveLength(50);
    await guard.lift('ada', false);
    await working;
  }, 60_000);

  it('was restored says what is deleted already, and is lifted in spite of that only where this is said', async () => {
    await publish(0, 10);
    await commit(10);
    await keep(2);
    await withAdmin(async (admin) => {
      // Nothing else lets the client know who leads the partition.
      await admin.fetchTopicOffsets(topic());
      await admin.deleteTopicRecords({ topic: topic(), partitions: [{ partition: 0, offset: '7' }] });
    });
    const { guard, applied, usable } = aReplica();
    const working = usable();
    await waits(guard);
    expect(guard.state().gaps).toEqual([{ partition: `${topic()}/0`, from: 2, to: 7 }]);
    expect(guard.concern()?.meaning).toContain('5 records are deleted already');
    expect(applied).toHaveLength(3);
    await expect(guard.lift('ada', false)).rejects.toThrow(CannotLift);
    await guard.lift('ada', true);
    await working;
  }, 60_000);

  it('was restored cannot be lifted while it reads, and reads what has come meanwhile before it is', async () => {
    await publish(0, 10);
    await commit(10);
    const { guard, applied, usable } = aReplica('end', 200);
    const working = usable();
    await eventually(() => guard.state().state === 'reading' && applied.length > 0, { timeoutMs: 20_000 });
    await expect(guard.lift('ada', false)).rejects.toThrow(CannotLift);
    await waits(guard);
    await publish(10, 13);
    await guard.lift('ada', false);
    await working;
    expect(applied).toHaveLength(13);
    expect(await kept()).toBe(13);
  }, 60_000);

  it('is set back while it works commits nothing any more, and ends to start anew as a paused one', async () => {
    await publish(0, 4);
    const { guard, ended, usable } = aReplica();
    await usable();
    await guard.beforeCommit(new Map([[`${topic()}/0`, 3]]));
    expect(await kept()).toBe(3);
    await keep(1);
    await expect(guard.beforeCommit(new Map([[`${topic()}/0`, 4]]))).rejects.toThrow(DatabaseSetBack);
    expect([await kept(), ended.times]).toEqual([1, 1]);
  });

  it('is set back while there is nothing to commit is noticed as well', async () => {
    const { guard, ended, usable } = aReplica();
    await usable();
    await guard.beforeCommit(new Map([[`${topic()}/0`, 3]]));
    await guard.look();
    expect(ended.times).toBe(0);
    await pool.query('TRUNCATE retry.followed');
    await guard.look();
    expect(ended.times).toBe(1);
  });
});
