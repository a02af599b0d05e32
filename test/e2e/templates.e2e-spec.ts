import { randomUUID } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { environment, System } from './system.ts';

interface Shown {
  messages: Record<string, unknown>[];
}

describe('a request that names a template', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());

  async function sent(id: string): Promise<string> {
    const answer = await fetch(`${system.url('sandbox')}/_sandbox/messages?reference=${id}`);
    return JSON.stringify(((await answer.json()) as Shown).messages);
  }

  it('is delivered as an e-mail with its variables, escaped in HTML', async () => {
    const messageId = `e2e-${randomUUID()}`;
    const template = {
      name: 'welcome',
      variables: { name: '<b>Ada</b>', productName: 'Engines & Co', startUrl: 'https://example.org/start' },
    };
    await system.produce('messaging.email.requested', {
      value: { messageId, to: [{ email: 'ada@bücher.test' }], template },
    });
    await system.reaches('email', messageId, 'delivered');
    const shown = await sent(messageId);
    expect(shown).toContain('ada@xn--bcher-kva.test');
    expect(shown).toContain('Welcome to Engines & Co, <b>Ada</b>');
    expect(shown).toContain('Hello &lt;b&gt;Ada&lt;/b&gt;,');
  });

  it('is delivered as an SMS', async () => {
    const messageId = `e2e-${randomUUID()}`;
    const template = { name: 'login-code', variables: { code: '493817', minutes: 10, productName: 'Engines' } };
    await system.produce('messaging.sms.requested.urgent', { value: { messageId, to: '+12025550123', template } });
    await system.reaches('sms', messageId, 'delivered');
    expect(await sent(messageId)).toContain('493817 is your Engines code, good for 10 minutes.');
  });

  it('waits for its time with the version it began with', async () => {
    const messageId = `e2e-${randomUUID()}`;
    const template = { name: 'login-code', variables: { code: '1', minutes: 1, productName: 'Engines' } };
    const deferred = await system.follow('send.deferred');
    await system.produce('messaging.sms.requested', {
      value: { messageId, to: '+12025550123', template, sendAt: new Date(Date.now() + 4_000).toISOString() },
    });
    await system.reaches('sms', messageId, 'delivered');
    const handover = deferred.find(({ value }) => value.includes(messageId))!;
    expect(JSON.parse(handover.value)).toMatchObject({ why: 'waiting', templateVersion: '1', request: { template } });
  });

  it('is rejected with the field when a variable is missing, and reaches no provider', async () => {
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.email.requested', {
      value: {
        messageId,
        to: [{ email: 'ada@inbox.test' }],
        template: { name: 'welcome', variables: { name: 'Ada' } },
      },
    });
    const timeline = await system.reaches('email', messageId, 'rejected');
    expect(timeline.final).toBe(true);
    expect(JSON.stringify(timeline)).toContain('template.variables.startUrl');
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
  });

  it('fails over from SendGrid to Resend with the version it began with, though a newer one was deployed', async () => {
    const template = { name: 'greeting', variables: { name: 'Ada' } };
    const deferred = await system.follow('send.deferred');
    const ask = async (more: object = {}) => {
      const messageId = `e2e-${randomUUID()}`;
      await system.produce('messaging.email.requested', {
        value: { messageId, to: [{ email: 'ada@inbox.test' }], template, ...more },
      });
      return messageId;
    };
    // Templates are read at start: the newer version counts from the restart on.
    const folder = join(environment()['TEMPLATES_DIR']!, 'greeting');
    cpSync(join(folder, '1'), join(folder, '2'), { recursive: true });
    writeFileSync(join(folder, '2', 'text.hbs'), 'Good day, {{name}}.');
    // Neither takes it until the service has started again: else the other one would at once.
    const throttles = { status: 429, retryAfterSeconds: 3_600 };
    await system.faults({ sendgrid: throttles, resend: throttles });
    const before = await ask();
    const handover = await eventually(() => deferred.find(({ value }) => value.includes(before)), {
      everyMs: 10,
      what: 'a first attempt at SendGrid',
    });
    const killed = system.pid('email');
    process.kill(killed, 'SIGKILL');
    expect(JSON.parse(handover.value)).toMatchObject({ templateVersion: '1', attempts: [{ provider: 'sendgrid' }] });
    await eventually(() => system.pid('email') !== killed, { timeoutMs: 30_000, what: 'email started again' });
    await eventually(() => system.recover().then(() => true), { timeoutMs: 30_000, what: 'email to answer again' });
    await system.faults({ sendgrid: throttles });
    const after = await ask({ provider: 'resend' });

    await system.reaches('email', before, 'delivered', 40_000);
    await system.reaches('email', after, 'delivered', 40_000);
    const textOf = async (reference: string) => (await system.sandboxMessages({ reference })).messages;
    expect(await textOf(before)).toMatchObject([{ provider: 'resend', subject: 'For Ada', text: 'Hello Ada.' }]);
    expect(await textOf(after)).toMatchObject([{ provider: 'resend', text: 'Good day, Ada.' }]);
  }, 90_000);
});
