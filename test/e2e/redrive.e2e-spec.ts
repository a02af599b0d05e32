import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Operation, System } from './system.ts';

describe('messages that ran out of time', () => {
  const system = new System();
  afterAll(() => system.close());

  it('are dead letters, and go once each when an operator gives them a new expiry', async () => {
    const tenant = `late-${randomUUID().slice(0, 8)}`;
    const late = { tenant, expiresAt: new Date(Date.now() - 1_000).toISOString() };
    const emails = await Promise.all([system.requestEmail(late), system.requestEmail(late)]);
    const text = await system.requestSms(late);
    const each = [...emails.map((id) => ['email', id] as const), ['sms', text] as const];
    for (const [channel, id] of each) await system.reaches(channel, id, 'expired', 20_000, tenant);
    const open = async () => {
      const { groups } = await system.operate<{ groups: { reason: string; count: number }[] }>(
        'GET',
        `dead-letters/groups?tenant=${tenant}&state=open`,
      );
      return groups.map(({ reason, count }) => `${reason} ${count}`).toSorted();
    };
    const both = ['expired 1', 'expired 2'];
    await eventually(async () => (await open()).length === both.length, { timeoutMs: 20_000 });
    expect(await open()).toEqual(both);

    const order = { filter: { tenant, reason: 'expired' }, atMost: 3 };
    const redrive = (more: object, id?: string) =>
      system.operate<Operation>('POST', 'dead-letters/redrive', { ...order, ...more }, id);
    await expect(redrive({ atMost: 2 })).rejects.toThrow(/409.*MSG_PREVIEW_STALE/);
    // Their time is over: nothing goes before a new one is given.
    expect(await system.ended(await redrive({}))).toMatchObject({ state: 'done', counts: { leftExpired: 3 } });
    expect(await open()).toEqual(both);

    const id = `redrive-${randomUUID()}`;
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const [first, again] = await Promise.all([redrive({ expiresAt }, id), redrive({ expiresAt }, id)]);
    expect([first.operationId, again.operationId]).toEqual([id, id]);
    expect(await system.ended(first)).toMatchObject({ state: 'done', counts: { redriven: 3 } });
    for (const [channel, messageId] of each) {
      await system.reaches(channel, messageId, 'delivered', 20_000, tenant);
      expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
    }
    expect(await open()).toEqual([]);
  }, 90_000);
});
