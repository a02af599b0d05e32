import { randomUUID } from 'node:crypto';
import { type OperationChanged, type OperationRequested, InfrastructureDown } from '#libs/contracts';
import { migrate, operationJobsSql, type Pool } from '#libs/persistence';
import { PostgresOperationJobs, OperationRunner, type OperationWork } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import type { Outgoing } from '#libs/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

let database: TestDatabase;
let pool: Pool;

/** Counts up in a table of its own, three a portion, up to what is asked for. */
const counting = (more: Partial<OperationWork<{ upTo: number }>> = {}): OperationWork => ({
  kind: 'sync',
  schema: z.object({ upTo: z.number() }),
  portion: async (client, { work, cursor, operationId }) => {
    const from = (cursor as number | null) ?? 0;
    const upTo = Math.min((work as { upTo: number }).upTo, from + 3);
    await client.query('INSERT INTO retry.counted SELECT $1, generate_series($2::int, $3::int)', [
      operationId,
      from + 1,
      upTo,
    ]);
    const end = upTo === (work as { upTo: number }).upTo ? { end: { state: 'done' as const } } : {};
    return { counts: { counted: upTo - from }, cursor: upTo, ...end };
  },
  ...(more as Partial<OperationWork>),
});
class Words {
  readonly said: OperationChanged[] = [];
  away = false;
  async publishAll(records: readonly Outgoing[]): Promise<[]> {
    if (this.away) throw new InfrastructureDown('kafka', 'publish');
    this.said.push(...records.map(({ value }) => value as OperationChanged));
    return [];
  }
}
function aRunner(works = [counting()], leaseMs = 60_000) {
  const words = new Words();
  const store = new PostgresOperationJobs(pool, 'retry');
  const logger = createLogger('test', 'silent');
  return {
    words,
    store,
    runner: new OperationRunner({ service: 'retry', store, works, publisher: words, logger, leaseMs }),
  };
}
const request = (more: Partial<OperationRequested> = {}): OperationRequested => ({
  eventId: randomUUID(),
  operationId: randomUUID(),
  kind: 'sync',
  services: ['retry'],
  at: '2030-01-31T12:00:00Z',
  work: { upTo: 7 },
  ...more,
});
async function runAll(runner: OperationRunner): Promise<number> {
  let portions = 0;
  while ((await runner.runOne()).more) portions += 1;
  return portions;
}
const countedBy = async (operationId: string) =>
  (await pool.query<{ n: number }>('SELECT n FROM retry.counted WHERE id = $1 ORDER BY n', [operationId])).rows.map(
    ({ n }) => n,
  );

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'retry', [
    { name: '001', sql: operationJobsSql },
    { name: '002', sql: 'CREATE TABLE counted (id text, n integer)' },
  ]);
}, 30_000);
beforeEach(() => pool.query('TRUNCATE retry.operation_job, retry.counted'));
afterAll(() => database.drop());

describe('a job of an operator', () => {
  it('is done in portions, and its words say how far it is and that it is done', async () => {
    const { runner, words } = aRunner();
    const asked = request();
    await runner.onRequested(asked);
    await runner.report();
    expect(await runAll(runner)).toBe(3);
    await runner.report();
    await runner.report();
    expect(await countedBy(asked.operationId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(words.said.map(({ state, counts, seq }) => [state, counts, seq])).toEqual([
      ['accepted', {}, 1],
      ['done', { counted: 7 }, 4],
    ]);
  });

  it('does not start again by an old record, which only has its last word repeated', async () => {
    const { runner, words } = aRunner();
    const asked = request();
    await runner.onRequested(asked);
    await runAll(runner);
    await runner.report();
    await runner.onRequested(asked);
    expect(await runAll(runner)).toBe(0);
    await runner.report();
    expect(words.said.map(({ eventId, state }) => [eventId, state])).toEqual([
      [words.said[0]!.eventId, 'done'],
      [words.said[0]!.eventId, 'done'],
    ]);
  });

  it('goes on where it was when its holder died: a portion counts whole or not at all', async () => {
    const broken = counting({
      portion: async (client, run) => {
        const portion = await counting().portion(client, run, undefined);
        if (run.cursor === 3) throw new InfrastructureDown('postgres', 'the connection broke');
        return portion;
      },
    });
    const asked = request();
    const dying = aRunner([broken], 50);
    await dying.runner.onRequested(asked);
    await dying.runner.runOne();
    await expect(dying.runner.runOne()).rejects.toThrow(InfrastructureDown);
    const { runner } = aRunner();
    expect(await runAll(runner)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await runAll(runner)).toBe(2);
    expect(await countedBy(asked.operationId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is no longer done by a holder whose lease is over', async () => {
    const asked = request();
    const slow = aRunner(
      [
        counting({
          // Another replica takes it over, and does a portion, while this one prepares.
          prepare: async () => {
            await new Promise((resolve) => setTimeout(resolve, 40));
            await aRunner().runner.runOne();
          },
        }),
      ],
      20,
    );
    await slow.runner.onRequested(asked);
    await slow.runner.runOne();
    expect(await countedBy(asked.operationId)).toEqual([1, 2, 3]);
  });

  it('ends where it is stopped, and never starts where the stop came first', async () => {
    const { runner, words } = aRunner();
    const [asked, early] = [request(), request()];
    await runner.onRequested(asked);
    await runner.runOne();
    await runner.onRequested({ ...asked, stop: true });
    await runner.onRequested({ ...early, stop: true });
    await runner.onRequested(early);
    expect(await runAll(runner)).toBe(0);
    await runner.report();
    const ends = words.said.map(({ operationId, state, counts }) => [operationId, state, counts]);
    expect(new Map(ends.map(([id, ...rest]) => [id, rest]))).toEqual(
      new Map<unknown, unknown>([
        [asked.operationId, ['stopped', { counted: 3 }]],
        [early.operationId, ['stopped', {}]],
      ]),
    );
  });

  it('fails with a reason where its kind is unknown or its work cannot be read, and by a fault of ours', async () => {
    const { runner, words } = aRunner([
      counting({ portion: () => Promise.reject(new TypeError('a fault with ada@inbox.test in it')) }),
    ]);
    await runner.onRequested(request({ kind: 'suppress' }));
    await runner.onRequested(request({ work: { upTo: 'many' } }));
    await runner.onRequested(request());
    await runAll(runner);
    await runner.report();
    const reasons = words.said.map(({ state, reason }) => `${state}: ${reason}`).sort();
    expect(reasons).toEqual([
      expect.stringMatching(/^failed: A fault of the service ended it \(TypeError\)/),
      expect.stringMatching(/^failed: This service does not know the kind suppress/),
      expect.stringMatching(/^failed: What is asked cannot be read: upTo/),
    ]);
    expect(JSON.stringify(words.said)).not.toContain('ada@');
  });

  it('is left alone by a service that it does not name', async () => {
    const { runner } = aRunner();
    await runner.onRequested(request({ services: ['email'] }));
    expect(await runAll(runner)).toBe(0);
  });

  it('rests as long as its last portion said, and is reported again after a crash before the mark', async () => {
    const { runner, words } = aRunner([counting({ portion: async () => ({ counts: {}, restMs: 60_000 }) })]);
    await runner.onRequested(request());
    expect(await runAll(runner)).toBe(1);
    words.away = true;
    await expect(runner.report()).rejects.toThrow(InfrastructureDown);
    words.away = false;
    await runner.report();
    expect(words.said.map(({ state }) => state)).toEqual(['running']);
  });
});
