import type { Identity } from '#libs/contracts';
import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answers } from '../src/answer/answers.port.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const message = (messageId: string, channel: Identity['channel'] = 'email'): Identity => ({
  tenant: 'default',
  channel,
  messageId,
});

describe('Answers to what was released, in Postgres', () => {
  let schedule: Schedule;
  let answers: Answers;
  beforeEach(async () => {
    schedule = await aSchedule();
    ({ answers } = schedule);
  });
  afterEach(() => schedule.drop());

  const plan = (messageId: string, hop = 1, channel: Identity['channel'] = 'email') =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId, hop, channel }), planned(past)));
  const release = async () => {
    const batch = await schedule.aReplica().take({});
    await schedule.aReplica().markPublished(batch.token, batch.plans);
    return batch.plans.map(({ due }) => due);
  };
  const wait = (seconds: number) =>
    schedule.pool.query(`UPDATE retry.schedule SET ended_at = ended_at - $1::int * interval '1 second'`, [seconds]);
  const states = async () => Object.fromEntries((await schedule.rows()).map((row) => [row.message_id, row.state]));
  /** As the watch does once Kafka says that all was read up to now. */
  const ask = async (channel: Identity['channel'] = 'email') =>
    answers.releaseAgain(channel, (await answers.overdue()).now);

  it('lets what nobody answered go once more: the same hop under the same ids, marked as asked again', async () => {
    await plan('m-1');
    const [first] = await release();
    expect((await answers.overdue()).channels).toEqual([]);
    await wait(31);
    expect((await answers.overdue()).channels).toEqual(['email']);
    expect(await ask()).toBe(1);
    const [second] = await release();
    expect(second).toEqual({ ...first, again: 1 });
    expect(await states()).toEqual({ 'm-1': 'published' });
  });

  it('waits twice as long each time, and says how many stand still after three', async () => {
    await plan('m-1');
    await release();
    for (const seconds of [31, 61, 121]) {
      await wait(seconds - 2);
      expect(await ask()).toBe(0);
      await wait(2);
      expect(await ask()).toBe(1);
      await release();
    }
    expect((await answers.overdue()).stuck).toBe(1);
    await answers.note(message('m-1'), 2);
    expect((await answers.overdue()).stuck).toBe(0);
  });

  it('leaves alone other channels, and what was released after the moment up to which all was read', async () => {
    await plan('m-1');
    await plan('m-2', 1, 'sms');
    const { now } = await answers.overdue();
    await release();
    await wait(31);
    expect(await answers.releaseAgain('email', new Date(now.getTime() - 60_000))).toBe(0);
    expect(await ask('sms')).toBe(1);
    expect(await states()).toEqual({ 'm-1': 'published', 'm-2': 'releasing' });
  });

  it.each([2, 3])(
    'waits for no answer any more once hop %i is answered, even before the release is marked',
    async (hop) => {
      await plan('m-1');
      const batch = await schedule.aReplica().take({});
      await answers.note(message('m-1'), hop);
      await schedule.aReplica().markPublished(batch.token, batch.plans);
      await wait(31);
      expect(await ask()).toBe(0);
      expect(await states()).toEqual({ 'm-1': 'answered' });
    },
  );

  it('takes word of an earlier hop for no answer, and lets what is planned alone', async () => {
    await plan('gone', 2);
    await release();
    await plan('planned', 2);
    await answers.note(message('gone'), 2);
    await answers.note(message('planned'), 3);
    expect(await states()).toEqual({ gone: 'published', planned: 'pending' });
  });

  it('takes evidence that a provider has the message for an answer', async () => {
    await plan('m-1');
    await release();
    await schedule.stops.markAccepted(message('m-1'), 1);
    expect(await states()).toEqual({ 'm-1': 'answered' });
  });

  it('counts anew for the next hop', async () => {
    await plan('m-1');
    await release();
    await wait(31);
    await ask();
    await plan('m-1', 2);
    expect((await release())[0]).not.toHaveProperty('again');
  });

  it('cancels nothing that it asks for again: it may have been sent', async () => {
    await plan('m-1');
    await release();
    await wait(31);
    await ask();
    expect(await schedule.stops.cancel(message('m-1'))).toEqual({ cancelled: false, because: 'releasing' });
  });

  it('keeps a plan without an answer, and the memory of its message, however old', async () => {
    await plan('open');
    await plan('done');
    await release();
    await answers.note(message('done'), 2);
    await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'later' }), planned(future)));
    await wait(25 * 3_600);
    await schedule.pool.query(`UPDATE retry.progress SET updated_at = now() - interval '15 days'`);
    await schedule.retention.deleteSome();
    expect(await states()).toEqual({ open: 'published', later: 'pending' });
    const { rows } = await schedule.pool.query<{ count: number }>('SELECT count(*) AS count FROM retry.progress');
    expect(rows).toEqual([{ count: 2 }]);
  });
});
