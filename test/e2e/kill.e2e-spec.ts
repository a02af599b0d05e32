import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { System } from './system.ts';

describe('a service that is killed', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());

  const ended = async (ids: string[]) => {
    const found = await Promise.all(ids.map((id) => system.timeline('email', id)));
    const open = found.filter((timeline) => timeline?.status !== 'delivered');
    if (open.length > 0)
      throw new Error(`${open.length} of ${ids.length} have not been delivered: ${JSON.stringify(open[0])}`);
    return true;
  };

  it('loses nothing and sends nothing twice, though 500 e-mails are on their way when email gets kill -9', async () => {
    const ids = Array.from({ length: 500 }, () => `kill-${randomUUID()}`);
    // Slow enough that the kill meets calls before, during and after the provider's answer.
    await system.faults({ sendgrid: { latencyMs: 100 } });
    await system.produce(
      'messaging.email.requested',
      ...ids.map((messageId) => ({
        key: messageId,
        value: { messageId, to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' },
      })),
    );
    await eventually(
      async () =>
        (await system.sandboxMessages({ provider: 'sendgrid' })).messages.filter((message) =>
          message.reference.startsWith('kill-'),
        ).length > 100,
      { timeoutMs: 20_000 },
    );
    process.kill(system.pid('email'), 'SIGKILL');
    await eventually(() => ended(ids), { timeoutMs: 90_000, everyMs: 1_000 });
    const { messages } = await system.sandboxMessages({ provider: 'sendgrid' });
    const sends = messages.filter((message) => ids.includes(message.reference));
    expect(sends).toHaveLength(500);
    expect(new Set(sends.map((message) => message.reference)).size).toBe(500);
  }, 150_000);

  it.each(['retry', 'reporting', 'sms'])(
    'is started again and goes on where it was: %s',
    async (name) => {
      const before = system.pid(name);
      process.kill(before, 'SIGKILL');
      const messageId =
        name === 'sms'
          ? await system.requestSms()
          : await system.requestEmail({ sendAt: new Date(Date.now() + 1_500).toISOString() });
      await system.reaches(name === 'sms' ? 'sms' : 'email', messageId, 'delivered', 60_000);
      expect(system.pid(name)).not.toBe(before);
    },
    90_000,
  );
});
