import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { statusesOf, System, type Timeline } from './system.ts';

type Lane = 'transactional' | 'urgent' | 'bulk';
const suffix: Record<Lane, string> = { transactional: '', urgent: '.urgent', bulk: '.bulk' };

describe('messages whose first provider has trouble', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());

  /** So many e-mails of a lane, spread over a time. */
  async function request(lane: Lane, count: number, overMs: number): Promise<string[]> {
    const ids: string[] = [];
    for (let number = 0; number < count; number += 1) {
      const messageId = `route-${lane}-${randomUUID()}`;
      const value = { messageId, to: [{ email: 'ada@inbox.test' }], subject: `News ${messageId}`, text: messageId };
      await system.produce(`messaging.email.requested${suffix[lane]}`, { value });
      ids.push(messageId);
      await new Promise((resolve) => setTimeout(resolve, overMs / count));
    }
    return ids;
  }

  const delivered = (ids: readonly string[], timeoutMs = 40_000): Promise<Timeline[]> =>
    Promise.all(ids.map((messageId) => system.reaches('email', messageId, 'delivered', timeoutMs)));

  /** From the first fact to `sent`, in milliseconds. */
  const tookMs = ({ timeline }: Timeline) =>
    Date.parse(timeline.findLast(({ status }) => status === 'sent')!.at) - Date.parse(timeline[0]!.at);

  const providersOf = (timelines: readonly Timeline[]) =>
    new Set(timelines.map(({ timeline }) => timeline.find(({ status }) => status === 'sent')!.provider));

  const holds = async () =>
    (
      await system.operate<{ items: { provider: string; state: string; leftMs: number }[] }>(
        'GET',
        'holds?channel=email&lifted=true',
      )
    ).items;

  it('go at once by the other one while the first one throttles for an hour, in all lanes', async () => {
    await system.faults({ sendgrid: { status: 429, retryAfterSeconds: 3_600 } });
    const ids = (
      await Promise.all((['urgent', 'transactional', 'bulk'] as const).map((lane) => request(lane, 20, 3_000)))
    ).flat();
    const timelines = await delivered(ids);
    expect(providersOf(timelines)).toEqual(new Set(['resend']));
    // Half a second on a machine of its own: no backoff and no Retry-After is waited out.
    expect(Math.max(...timelines.map(tookMs))).toBeLessThan(15_000);
    const [hold] = (await holds()).filter(({ state }) => state === 'held');
    expect(hold).toMatchObject({ provider: 'sendgrid' });
    // Probed within five minutes, whatever was asked for.
    expect(hold!.leftMs).toBeLessThanOrEqual(300_000);
    // The channel's own word: the provider's may bear an earlier time.
    const story = timelines.at(-1)!.timeline.find(({ status, source }) => status === 'sent' && source === 'email')!;
    expect(story.route).toMatchObject([
      { provider: 'sendgrid', taken: false, why: expect.stringContaining('held after http_429') },
      { provider: 'resend', taken: true },
    ]);
  });

  it.each([
    ['refuses the key', { status: 401 }],
    ['refuses the account', { status: 403 }],
  ])('go at once by the other one where the first one %s', async (_, fault) => {
    await system.faults({ sendgrid: fault });
    const timelines = await delivered(await request('transactional', 10, 1_000));
    expect(providersOf(timelines)).toEqual(new Set(['resend']));
    expect(Math.max(...timelines.map(tookMs))).toBeLessThan(15_000);
  });

  it('wait while all are held, are not given up, and go once an operator lifts', async () => {
    await system.faults({
      sendgrid: { status: 429, retryAfterSeconds: 3_600 },
      resend: { status: 429, retryAfterSeconds: 3_600 },
    });
    const ids = await request('transactional', 10, 1_000);
    for (const messageId of ids)
      await eventually(
        async () => {
          const found = await system.timeline('email', messageId);
          return found?.status === 'scheduled' || found?.status === 'retrying';
        },
        { timeoutMs: 20_000, everyMs: 200, what: `${messageId} to be parked` },
      );
    const asked = await system.operate<{ would: string; why: string }>('POST', 'explain?channel=email', {
      messageId: 'explained',
      to: [{ email: 'ada@inbox.test' }],
      subject: 'Hello',
      text: 'It works',
    });
    expect(asked).toMatchObject({ would: 'wait' });
    await system.recover();
    const lifted = Date.now();
    const timelines = await delivered(ids, 60_000);
    for (const timeline of timelines) expect(statusesOf(timeline)).not.toContain('expired');
    const last = Math.max(
      ...timelines.map(({ timeline }) => Date.parse(timeline.findLast(({ status }) => status === 'sent')!.at)),
    );
    expect(last - lifted).toBeLessThan(30_000);
  });
});
