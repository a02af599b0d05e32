import { aDeferred, aFailure } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresLetters } from '../src/letters/letters.store.ts';
import { LetterReporting } from '../src/letters/letter-reporting.service.ts';
import type { StatusChanged } from '#libs/contracts';
import { anOrder, aRunner, given, giveUp, jobOf, letterRows, runThrough } from './letters.fixtures.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const message = (messageId: string) => ({ tenant: 'default', channel: 'email' as const, messageId });

describe('Dead letters in Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const run = async (...asked: Parameters<typeof anOrder>) => {
    const order = anOrder(...asked);
    const runner = aRunner(schedule.pool);
    await runner.onRequested(order);
    await runThrough(schedule.pool, runner);
    return { order, job: await jobOf(schedule.pool, order.operationId) };
  };
  const statesOf = async () =>
    (await letterRows(schedule.pool)).map(({ message_id, state }) => `${message_id} ${state}`);
  const answerAll = () => schedule.pool.query("UPDATE retry.schedule SET state = 'answered', ended_at = now()");

  it('are kept in the decision that gives a message up, once, and not where a plan follows', async () => {
    await giveUp(schedule, 'm-1');
    await giveUp(schedule, 'm-1');
    await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'm-2' }), planned(future)));
    expect(await letterRows(schedule.pool)).toEqual([
      expect.objectContaining({
        message_id: 'm-1',
        hop: 1,
        state: 'open',
        payload: expect.objectContaining({ request: expect.anything(), reason: 'failed' }),
      }),
    ]);
  });

  it('are redriven each once: the letter leaves “open” and the plan comes in one transaction', async () => {
    for (const id of ['m-1', 'm-2', 'm-3']) await giveUp(schedule, id);
    const { order, job } = await run('redrive', { filter: { all: true } });
    expect(job).toEqual({ state: 'done', counts: { redriven: 3 }, reason: null });
    expect(await statesOf()).toEqual(['m-1 redriven', 'm-2 redriven', 'm-3 redriven']);
    expect((await schedule.rows()).map(({ hop, state, mode }) => ({ hop, state, mode }))).toEqual(
      Array.from({ length: 3 }, () => ({ hop: 3, state: 'pending', mode: 'send' })),
    );
    expect((await run('redrive', { filter: { all: true } })).job.counts).toEqual({});
    expect((await letterRows(schedule.pool)).every(({ settled_by }) => settled_by === order.operationId)).toBe(true);
  });

  it('are left, and counted by why, where nothing may go', async () => {
    await giveUp(schedule, 'doubt', 'unconfirmed');
    await giveUp(schedule, 'expired', 'expired', { expiresAt: past });
    await giveUp(schedule, 'cancelled');
    await schedule.stops.cancel(message('cancelled'));
    await giveUp(schedule, 'broken', 'failed', { lacks: ['request'], request: {} });
    await giveUp(schedule, 'fine');
    expect((await run('redrive', { filter: { all: true } })).job.counts).toEqual({
      leftUnconfirmed: 1,
      leftExpired: 1,
      leftCancelled: 1,
      leftIncomplete: 1,
      redriven: 1,
    });
    const again = await run('redrive', {
      filter: { all: true },
      includeUnconfirmed: true,
      expiresAt: future,
    });
    expect(again.job.counts).toEqual({ leftCancelled: 1, leftIncomplete: 1, redriven: 2 });
  });

  it('that are unconfirmed go only after the proof before them has been read', async () => {
    await giveUp(schedule, 'doubt', 'unconfirmed');
    await run('redrive', { filter: { messageId: 'doubt' }, includeUnconfirmed: true });
    const replica = schedule.aReplica();
    expect((await replica.take({})).plans).toEqual([]);
    const { now, channels } = await replica.waitingResends();
    expect(channels).toEqual(['email']);
    expect((await replica.take({ email: now })).plans).toHaveLength(1);
  });

  it('stay unconfirmed once they were redriven and given up again', async () => {
    await giveUp(schedule, 'doubt', 'unconfirmed');
    const { order } = await run('redrive', { filter: { all: true }, includeUnconfirmed: true });
    await answerAll();
    await giveUp(schedule, 'doubt', 'failed', { hop: 3, attempts: [] });
    expect((await letterRows(schedule.pool))[1]).toMatchObject({ hop: 3, operation_id: order.operationId });
    expect((await run('redrive', { filter: { all: true } })).job.counts).toEqual({ leftUnconfirmed: 1 });
  });

  it('are resolved by proof, also where nothing but the letter is left of the message', async () => {
    await giveUp(schedule, 'm-1', 'unconfirmed');
    await giveUp(schedule, 'm-2', 'unconfirmed');
    await schedule.pool.query(
      "DELETE FROM retry.progress WHERE id = (SELECT id FROM retry.letter WHERE message_id = 'm-2')",
    );
    for (const id of ['m-1', 'm-2']) await schedule.stops.markAccepted(message(id), 1);
    expect(await statesOf()).toEqual(['m-1 resolved', 'm-2 resolved']);
    expect((await run('redrive', { filter: { all: true }, includeUnconfirmed: true })).job.counts).toEqual({});
  });

  it('are not resolved by a word about what the provider gave back', async () => {
    const revoked = { hop: 2, why: 'failed' as const, acceptanceRevoked: true, failure: aFailure() };
    await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'm-1', ...revoked }), given('failed')));
    await schedule.stops.markAccepted(message('m-1'), 2);
    expect(await statesOf()).toEqual(['m-1 open']);
  });

  it('let proof about an earlier hop stop what a redrive has planned', async () => {
    await giveUp(schedule, 'm-1', 'unconfirmed');
    await run('redrive', { filter: { all: true }, includeUnconfirmed: true });
    expect(await schedule.stops.markAccepted(message('m-1'), 1)).toBe(true);
    expect((await schedule.rows())[0]).toMatchObject({ state: 'stopped' });
  });

  it('are found by what they are, within the tenants of the caller, and at most as many as were shown', async () => {
    await giveUp(schedule, 'a-1', 'exhausted');
    await giveUp(schedule, 'a-2', 'exhausted');
    await giveUp(schedule, 'b-1', 'exhausted', { tenant: 'shop' });
    await giveUp(schedule, 'c-1', 'failed', { request: { template: { name: 'welcome' } } });
    await run('discard', { filter: { template: 'welcome' } });
    await run('discard', { filter: { reason: 'exhausted' } }, { tenants: ['shop'] });
    expect(await statesOf()).toEqual(['a-1 open', 'a-2 open', 'b-1 discarded', 'c-1 discarded']);
    const { job } = await run('discard', { filter: { all: true } }, { atMost: 1 });
    expect(job).toMatchObject({ state: 'done', counts: { discarded: 1 }, reason: expect.stringContaining('atMost') });
    expect(await statesOf()).toEqual(['a-1 discarded', 'a-2 open', 'b-1 discarded', 'c-1 discarded']);
  });

  it('that came after the job began are left', async () => {
    await giveUp(schedule, 'early');
    const order = anOrder('discard', { filter: { all: true } });
    const runner = aRunner(schedule.pool);
    await runner.onRequested(order);
    await giveUp(schedule, 'late');
    await runThrough(schedule.pool, runner);
    expect(await statesOf()).toEqual(['early discarded', 'late open']);
  });

  it('are given up again under the redrive’s id, which stops itself where too many are', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `m-${String(index).padStart(2, '0')}`);
    for (const id of ids) await giveUp(schedule, id);
    const order = anOrder('redrive', { filter: { all: true } });
    const runner = aRunner(schedule.pool);
    await runner.onRequested(order);
    await runThrough(schedule.pool, runner, 1);
    const gone = (await schedule.rows()).map(({ message_id }) => message_id);
    expect(gone).toHaveLength(10);
    for (const id of gone.slice(0, 4)) await giveUp(schedule, id, 'failed', { hop: 3 });
    await answerAll();
    await runThrough(schedule.pool, runner);
    expect(await jobOf(schedule.pool, order.operationId)).toMatchObject({
      state: 'stopped',
      counts: { redriven: 10 },
      reason: expect.stringMatching(/^4 of the 10 /),
    });
    expect((await statesOf()).filter((each) => each.endsWith('open'))).toHaveLength(34);
  });

  it('are reported once dealt with, and then without content; a discard changes no status', async () => {
    await giveUp(schedule, 'm-1', 'failed', {
      request: { correlationId: 'order-1', tags: ['receipt'], text: 'Hello' },
    });
    await giveUp(schedule, 'm-2');
    const redrive = await run('redrive', { filter: { messageId: 'm-1' } });
    const discard = await run('discard', { filter: { messageId: 'm-2' } });
    const facts: StatusChanged[] = [];
    const outcomes = { facts: async (some: readonly StatusChanged[]) => void facts.push(...some) };
    const reporting = new LetterReporting(new PostgresLetters(schedule.pool), outcomes, { add: () => undefined });
    await reporting.round();
    await reporting.round();
    expect(facts.toSorted((one, other) => (one.messageId! < other.messageId! ? -1 : 1))).toEqual([
      expect.objectContaining({
        messageId: 'm-1',
        status: 'retrying',
        final: false,
        hop: 2,
        source: 'retry',
        operationId: redrive.order.operationId,
        correlationId: 'order-1',
        tags: ['receipt'],
      }),
      expect.objectContaining({
        messageId: 'm-2',
        status: 'discarded',
        hop: 1,
        operationId: discard.order.operationId,
      }),
    ]);
    expect((await letterRows(schedule.pool)).map(({ payload }) => payload)).toEqual([null, null]);
  });

  it('keep the memory of their message, and go at last', async () => {
    const { pool, retention } = schedule;
    await giveUp(schedule, 'm-1');
    await giveUp(schedule, 'old');
    await pool.query(`UPDATE retry.progress SET updated_at = now() - interval '20 days'`);
    await pool.query(`UPDATE retry.letter SET created_at = now() - interval '36 days' WHERE message_id = 'old'`);
    await retention.deleteSome();
    await retention.deleteSome();
    expect(await statesOf()).toEqual(['m-1 open']);
    expect((await pool.query('SELECT 1 FROM retry.progress')).rowCount).toBe(1);
  });

  // LETTERS=10000 plays it at full size (about 20 s).
  const { LETTERS = '1000' } = process.env;

  it(`are redriven each once by replicas that are killed in between: ${LETTERS} of them`, async () => {
    const ids = Array.from({ length: Number(LETTERS) }, (_, index) => `m-${index}`);
    await Promise.all(ids.map((id) => giveUp(schedule, id)));
    let killed = 0;
    const order = anOrder('redrive', { filter: { all: true }, perSecond: 1_000 });
    await aRunner(schedule.pool).onRequested(order);
    let planned = 0;
    for (let round = 0; round < 60 + ids.length / 100 && planned < ids.length; round += 1) {
      await schedule.pool.query(
        `UPDATE retry.operation_job SET rest_until = now() - interval '1 second', lease_until = now() - interval '1 s'`,
      );
      await answerAll();
      const client = await schedule.pool.connect();
      try {
        // A replica dies: the server ends what it has not committed.
        if (round % 3 === 1) {
          const killing = aRunner(schedule.pool).runOne();
          let isOver = false;
          const over = killing.then(
            () => (isOver = true),
            () => (isOver = true),
          );
          for (let hit = 0; hit === 0 && !isOver; killed += hit)
            hit = (await client.query(killTheWriting)).rowCount ?? 0;
          await over;
        } else await Promise.all([aRunner(schedule.pool).runOne(), aRunner(schedule.pool).runOne()]);
      } finally {
        client.release();
      }
      planned = (await schedule.rows()).length;
    }
    expect(planned).toBe(ids.length);
    expect((await schedule.rows()).every(({ hop }) => hop === 3)).toBe(true);
    expect((await jobOf(schedule.pool, order.operationId)).counts).toEqual({ redriven: ids.length });
    expect(killed).toBeGreaterThan(0);
  }, 120_000);
});

const killTheWriting = `
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL`;

describe('Bringing the plan of one message forward', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const bring = async (messageId: string, more: object = {}) => {
    const order = anOrder('bring-forward', { ...message(messageId), ...more });
    const runner = aRunner(schedule.pool);
    await runner.onRequested(order);
    await runThrough(schedule.pool, runner);
    return jobOf(schedule.pool, order.operationId);
  };
  const plan = (messageId: string, more = {}) =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId }), planned(future, more)));

  it('lets it go now, and prefers the provider that is named', async () => {
    await plan('m-1', { waitsFor: 'route:email', notBefore: future });
    expect(await bring('m-1', { provider: 'resend' })).toMatchObject({ state: 'done' });
    const { plans } = await schedule.aReplica().take({});
    expect(plans).toEqual([
      expect.objectContaining({
        due: expect.objectContaining({ request: expect.objectContaining({ provider: 'resend' }) }),
      }),
    ]);
  });

  it('is refused, with why, where it could be sent twice or nothing waits', async () => {
    await plan('looking', { mode: 'reconcile', kind: 'unknown' });
    await plan('again', { mode: 'send', kind: 'unknown' });
    await plan('cancelled');
    await schedule.stops.cancel(message('cancelled'));
    for (const id of ['looking', 'again'])
      expect(await bring(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('arrive twice') });
    for (const id of ['cancelled', 'never-there'])
      expect(await bring(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('Nothing is planned') });
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
  });
});
