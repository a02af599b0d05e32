import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type Operation, parseFact, System } from './system.ts';

describe('what operators pause and cancel', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());

  const order = async (path: string, body: object): Promise<Operation> => {
    const response = await fetch(`${system.url('reporting')}/v1/controls/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test', ...body }),
    });
    if (response.status !== 202) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Operation;
  };
  const request = (tenant: string, key: string, messageId: string, more: object = {}) => ({
    key,
    value: { messageId, tenant, to: [{ email: 'ada@inbox.test' }], subject: messageId, text: messageId, ...more },
  });
  /** Of these messages what the provider took, in the order in which it did. */
  const taken = async (ids: readonly string[]) => {
    const mine = new Set(ids);
    const { messages } = await system.sandboxMessages();
    return messages
      .filter(({ reference }) => mine.has(reference))
      .toSorted((a, b) => Date.parse(a.acceptedAt) - Date.parse(b.acceptedAt));
  };

  it('make no call after done, however requests and controls repeat; resumed, each goes once, in order', async () => {
    const tenant = `paused-${randomUUID().slice(0, 8)}`;
    const target = { kind: 'tenant', tenant };
    const controls = await system.follow('control.changed');
    const own = () => controls.filter(({ key }) => key === `pause:tenant:${tenant}`);
    const produce = (...messages: ReturnType<typeof request>[]) =>
      system.produce('messaging.email.requested', ...messages);
    const keys = ['k-1', 'k-2', 'k-3'];
    const named = (phase: string, count: number) =>
      keys.flatMap((key) => Array.from({ length: count }, (_, at) => ({ key, id: `${tenant}-${phase}-${key}-${at}` })));
    const before = named('before', 10);
    const during = named('during', 5);
    const after = named('after', 8);
    const records = (of: typeof before) => of.map(({ key, id }) => request(tenant, key, id));

    // Three changes of one key, so that old records can come again.
    await order('pause', { target });
    await eventually(() => own().length === 1, { timeoutMs: 20_000 });
    await order('resume', { target });
    await eventually(() => own().length === 2, { timeoutMs: 20_000 });
    for (const record of records(before)) await produce(record);
    const pause = await order('pause', { target });
    await eventually(() => own().length === 3, { timeoutMs: 20_000 });
    const [first, resumed] = own();
    for (const { key, value } of [resumed!, first!, resumed!])
      await system.produce(topicName(topics.controlChanged, 'messaging.'), { key, value });
    for (const record of records(during)) await produce(record);
    const { services } = await system.ended(pause);
    const doneAt = Date.now();
    expect(services.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    // Also repeats of what was asked for before.
    await produce(...records(after), ...records(before), ...records(during));
    await delay(2_000);
    const all = [...before, ...during, ...after].map(({ id }) => id);
    const early = await taken(all);
    expect(early.filter(({ acceptedAt }) => Date.parse(acceptedAt) > doneAt)).toEqual([]);
    expect(new Set(early.map(({ reference }) => reference)).size).toBe(early.length);
    const last = after.at(-1)!.id;
    const waiting = await system.reaches('email', last, 'scheduled', 20_000, tenant);
    expect(waiting.timeline.at(-1)!.reason).toMatch(new RegExp(`The tenant ${tenant} is paused by .*: a test`));

    await order('resume', { target });
    await Promise.all(all.map((id) => system.reaches('email', id, 'delivered', 60_000, tenant)));
    const went = (await taken(all)).map(({ reference }) => reference);
    expect(went.toSorted()).toEqual(all.toSorted());
    for (const key of keys) {
      const ofKey = after.filter((each) => each.key === key).map(({ id }) => id);
      expect(went.filter((id) => ofKey.includes(id))).toEqual(ofKey);
    }
  }, 120_000);

  it('is in force within two seconds, and while reporting is down', async () => {
    const tenant = `stopped-${randomUUID().slice(0, 8)}`;
    const target = { kind: 'tenant', tenant };
    const id = `${tenant}-1`;
    const [controls, facts] = [await system.follow('control.changed'), await system.follow('status.changed')];
    const orderedAt = Date.now();
    await order('pause', { target });
    await eventually(() => controls.some(({ key }) => key === `pause:tenant:${tenant}`), { timeoutMs: 20_000 });
    const reporting = system.pid('reporting');
    process.kill(reporting, 'SIGSTOP');
    try {
      await delay(Math.max(0, orderedAt + 2_000 - Date.now()));
      await system.produce('messaging.email.requested', request(tenant, 'k', id));
      const own = () => facts.filter(({ value }) => value.includes(id)).map(parseFact);
      await eventually(() => own().length > 0, { timeoutMs: 20_000 });
      expect(own()[0]).toMatchObject({ status: 'scheduled', reason: expect.stringContaining('is paused by') });
      expect(await taken([id])).toEqual([]);
    } finally {
      process.kill(reporting, 'SIGCONT');
    }
    await order('resume', { target });
    await system.reaches('email', id, 'delivered', 60_000, tenant);
  }, 90_000);

  it('cancel by filter what waits and what comes through, and leave the rest alone', async () => {
    const tenant = `cancelled-${randomUUID().slice(0, 8)}`;
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const tagged = request(tenant, 'k', `${tenant}-tagged`, { tags: ['sale'], sendAt: later });
    const other = request(tenant, 'k', `${tenant}-other`, { tags: ['news'], sendAt: later });
    await system.produce('messaging.email.requested', tagged, other);
    await system.reaches('email', `${tenant}-tagged`, 'scheduled', 20_000, tenant);
    await system.reaches('email', `${tenant}-other`, 'scheduled', 20_000, tenant);
    await delay(1_000);
    const cancelling = await order('cancel', { filter: { tenant, tag: 'sale' } });
    const ended = await system.reaches('email', `${tenant}-tagged`, 'cancelled', 20_000, tenant);
    expect(ended.timeline.at(-1)!.reason).toMatch(/^Cancelled by filter, by .*: a test$/);
    const { body } = await system.report<{ items: { operationId: string; inForce: boolean }[] }>('/v1/controls');
    expect(body.items.find(({ operationId }) => operationId === cancelling.operationId)).toMatchObject({
      inForce: true,
    });
    expect((await system.timeline('email', `${tenant}-other`, tenant))?.status).toBe('scheduled');
  }, 60_000);
});
