import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { parseFact, statusesOf, System } from './system.ts';

describe('a message on its way through the running system', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());

  it('is delivered by e-mail: the provider’s signed webhook confirms it; the timeline shows every step', async () => {
    const messageId = await system.requestEmail();
    const timeline = await system.reaches('email', messageId, 'delivered');
    expect(timeline).toMatchObject({ messageId, channel: 'email', tenant: 'default', final: true });
    expect(statusesOf(timeline)).toEqual(['accepted', 'sent', 'sent', 'delivered']);
    expect(timeline.timeline[1]).toMatchObject({ provider: 'sendgrid', attempt: 1 });
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({
      total: 1,
      messages: [{ provider: 'sendgrid', to: 'ada@inbox.test' }],
    });
  });

  it('is delivered by SMS', async () => {
    const messageId = await system.requestSms();
    const timeline = await system.reaches('sms', messageId, 'delivered');
    expect(timeline.timeline.at(-1)).toMatchObject({ status: 'delivered', provider: 'twilio', source: 'receipt' });
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
  });

  it('stays in the trace that upstream began, receipts included', async () => {
    const traceId = randomUUID().replaceAll('-', '');
    const facts = await system.follow('status.changed');
    const messageId = await system.requestEmail({}, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    const timeline = await system.reaches('email', messageId, 'delivered');
    expect(timeline.traceId).toBe(traceId);
    const own = await eventually(() => {
      const found = facts.filter((record) => parseFact(record).messageId === messageId);
      return found.length >= 3 ? found : undefined;
    });
    for (const { headers } of own) expect(headers['traceparent']).toContain(traceId);
  });

  it('is one trace, from upstream’s span through every service to the provider’s webhook', async () => {
    const refused = { status: 429, times: 1, retryAfterSeconds: 1 };
    await system.faults({ sendgrid: refused, resend: refused });
    const traceId = randomUUID().replaceAll('-', '');
    const messageId = await system.requestEmail({}, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    await system.reaches('email', messageId, 'delivered', 30_000);
    const wanted = [
      'messaging-email: email.requested process',
      'messaging-email: email send',
      'messaging-retry: send.deferred process',
      'messaging-retry: retry release',
      'messaging-email: email.due process',
      'messaging-email: sendgrid receipt',
      'messaging-reporting: email.requested process',
    ];
    const spans = await eventually(async () => {
      const found = await system.spansOf(traceId);
      expect(found.map((span) => `${span.service}: ${span.name}`)).toEqual(expect.arrayContaining(wanted));
      return found;
    });
    const ids = new Set([...spans.map((span) => span.spanId), '00f067aa0ba902b7']);
    expect(spans.filter((span) => !ids.has(span.parentSpanId ?? ''))).toEqual([]);
  });

  it('has a trace of its own where upstream gave none, one for each message', async () => {
    const ids = await Promise.all([system.requestSms(), system.requestSms(), system.requestEmail()]);
    const traces = await Promise.all(
      ids.map(async (id, index) => (await system.reaches(index < 2 ? 'sms' : 'email', id, 'delivered')).traceId),
    );
    expect(new Set(traces).size).toBe(3);
    for (const traceId of traces) expect(traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  });

  it('that bounces is told so, with the reason and what to do', async () => {
    const messageId = await system.requestEmail({ to: [{ email: 'bounce@inbox.test' }] });
    const timeline = await system.reaches('email', messageId, 'bounced');
    expect(timeline.final).toBe(true);
    expect(timeline.timeline.at(-1)!.failure).toMatchObject({
      meaning: expect.any(String),
      remedy: expect.stringMatching(/Correct the recipient/),
    });
  });

  it('to a number that Twilio calls invalid fails at once, is never retried, and becomes a dead letter', async () => {
    const letters = await system.follow('dead-letters');
    const messageId = await system.requestSms({ to: '+15005550001' });
    const timeline = await system.reaches('sms', messageId, 'failed');
    expect(timeline).toMatchObject({ final: true });
    expect(timeline.timeline.find((entry) => entry.status === 'failed')!.failure).toMatchObject({
      code: '21211',
      help: 'docs/errors/twilio.md#21211',
    });
    const letter = await eventually(() =>
      letters
        .map(({ value }) => JSON.parse(value) as { messageId: string; failure: { help?: string } })
        .find((one) => one.messageId === messageId),
    );
    expect(letter.failure.help).toBe('docs/errors/twilio.md#21211');
    const attempt = await eventually(() =>
      system
        .log('sms')
        .split('\n')
        .find((line) => line.includes(messageId) && line.includes('"attempt"')),
    );
    expect(JSON.parse(attempt)).toMatchObject({
      'mi.failure.code': '21211',
      'mi.failure.help': 'docs/errors/twilio.md#21211',
    });
  });

  it('that meets throttled providers goes again by itself and arrives', async () => {
    const refused = { status: 429, times: 1, retryAfterSeconds: 1 };
    await system.faults({ sendgrid: refused, resend: refused });
    const messageId = await system.requestEmail();
    const timeline = await system.reaches('email', messageId, 'delivered', 30_000);
    expect(statusesOf(timeline)).toContain('retrying');
    expect(timeline.timeline.find((entry) => entry.status === 'sent')).toMatchObject({ attempt: 3 });
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
  });

  it('whose answer was lost after the provider took it is found again and not sent twice', async () => {
    await system.faults({ sendgrid: { acceptThenDrop: true, times: 1 }, twilio: { acceptThenDrop: true, times: 1 } });
    const [email, sms] = [await system.requestEmail(), await system.requestSms()];
    expect(statusesOf(await system.reaches('email', email, 'delivered', 40_000))).toContain('unconfirmed');
    expect(statusesOf(await system.reaches('sms', sms, 'delivered', 40_000))).toContain('unconfirmed');
    expect(await system.sandboxMessages({ reference: email })).toMatchObject({ total: 1 });
    expect(await system.sandboxMessages({ reference: sms })).toMatchObject({ total: 1 });
  });

  it('whose answer and callbacks were lost is found in Twilio’s list, beside an equal text to one number', async () => {
    const text = { to: '+12025550177', body: `Your code is ${randomUUID()}` };
    const answered = await system.requestSms(text);
    await system.reaches('sms', answered, 'delivered');
    await system.faults({ twilio: { acceptThenDrop: true, webhooks: 'drop', times: 1 } });
    const lost = await system.requestSms(text);
    const timeline = await system.reaches('sms', lost, 'sent', 60_000);
    expect(statusesOf(timeline)).toContain('unconfirmed');
    expect(timeline.timeline.at(-1)).toMatchObject({ status: 'sent', source: 'lookup', hop: 1, provider: 'twilio' });
    expect(await system.sandboxMessages({ reference: lost })).toMatchObject({ total: 1 });
    expect(await system.sandboxMessages({ reference: answered })).toMatchObject({ total: 1 });
  });

  it('that is scheduled goes at its time and not before', async () => {
    const sendAt = Date.now() + 4_000;
    const messageId = await system.requestEmail({ sendAt: new Date(sendAt).toISOString() });
    await system.reaches('email', messageId, 'scheduled');
    const timeline = await system.reaches('email', messageId, 'delivered', 20_000);
    expect(statusesOf(timeline).slice(0, 2)).toEqual(['accepted', 'scheduled']);
    const { messages } = await system.sandboxMessages({ reference: messageId });
    expect(messages).toHaveLength(1);
    expect(Date.parse(messages[0]!.acceptedAt)).toBeGreaterThanOrEqual(sendAt);
  });

  it('that is cancelled while it is scheduled is never sent', async () => {
    const messageId = await system.requestSms({ sendAt: new Date(Date.now() + 5_000).toISOString() });
    await system.reaches('sms', messageId, 'scheduled');
    await system.produce('messaging.cancel.requested', { key: messageId, value: { messageId, channel: 'sms' } });
    expect(await system.reaches('sms', messageId, 'cancelled')).toMatchObject({ final: true });
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
  });

  it.each(['email', 'sms'] as const)(
    'that is cancelled before it is asked for is not sent, although it was to go at once (%s)',
    async (channel) => {
      const messageId = `e2e-${randomUUID()}`;
      await system.produce('messaging.cancel.requested', { key: messageId, value: { messageId, channel } });
      // The cancellation and the request travel on topics of their own: nothing keeps their order but time.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await (channel === 'email' ? system.requestEmail({ messageId }) : system.requestSms({ messageId }));
      expect(await system.reaches(channel, messageId, 'cancelled')).toMatchObject({ final: true });
      expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
    },
  );

  it.each(['email', 'sms'] as const)(
    'that is cancelled too late says so, and stands as it stood (%s)',
    async (channel) => {
      const messageId = await (channel === 'email' ? system.requestEmail() : system.requestSms());
      await system.reaches(channel, messageId, 'delivered');
      const facts = await system.follow('status.changed');
      for (let time = 0; time < 2; time += 1)
        await system.produce('messaging.cancel.requested', { key: messageId, value: { messageId, channel } });
      const timeline = await eventually(async () => {
        const now = await system.timeline(channel, messageId);
        return now && statusesOf(now).includes('cancel-refused') ? now : undefined;
      });
      expect(timeline).toMatchObject({ status: 'delivered', final: true });
      expect(timeline.timeline.filter(({ status }) => status === 'cancel-refused')).toEqual([
        expect.objectContaining({ reason: 'Cancel refused: already sent.' }),
      ]);
      await eventually(() =>
        facts.find(({ value }) => value.includes(messageId) && value.includes('Cancel refused: already sent')),
      );
    },
  );

  it('that is cancelled and unknown is reported as never seen, after the wait', async () => {
    const messageId = `e2e-${randomUUID()}`;
    const facts = await system.follow('status.changed');
    await system.produce('messaging.cancel.requested', { key: messageId, value: { messageId, channel: 'sms' } });
    await eventually(
      () => facts.find(({ value }) => value.includes(messageId) && value.includes('Cancel refused: never seen')),
      { timeoutMs: 90_000 },
    );
    expect(await system.timeline('sms', messageId)).toBeUndefined();
  }, 120_000);

  it('that expires before it can go is not sent', async () => {
    const messageId = await system.requestEmail({ expiresAt: new Date(Date.now() - 1_000).toISOString() });
    expect(await system.reaches('email', messageId, 'expired')).toMatchObject({ final: true });
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
  });

  it('that is asked for again with the same content is absorbed', async () => {
    const messageId = `e2e-${randomUUID()}`;
    const request = { messageId, to: [{ email: 'ada@inbox.test' }], subject: 'Once', text: 'Only once' };
    await system.produce(
      'messaging.email.requested',
      ...Array.from({ length: 10 }, (_, index) => ({ key: `key-${index}`, value: request })),
    );
    await system.reaches('email', messageId, 'delivered');
    await system.produce('messaging.email.requested', { value: request });
    await system.reaches('email', await system.requestEmail(), 'delivered');
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
  });

  it('in bulk shares calls with others of its content, and is delivered and told on its own', async () => {
    const ids = Array.from({ length: 200 }, () => `bulk-${randomUUID()}`);
    await system.produce(
      'messaging.email.requested.bulk',
      ...ids.map((messageId, index) => ({
        value: { messageId, to: [{ email: `reader${index}@inbox.test` }], subject: 'News', text: 'The same for all' },
      })),
    );
    for (const messageId of ids) await system.reaches('email', messageId, 'delivered');
    const { messages } = await system.sandboxMessages({ provider: 'sendgrid' });
    const own = messages.filter((message) => ids.includes(message.reference));
    expect(own).toHaveLength(200);
    expect(new Set(own.map((message) => message.providerMessageId)).size).toBeLessThan(100);
  });

  it('is counted in the summary by channel and status', async () => {
    await system.reaches('email', await system.requestEmail(), 'delivered');
    const { body } = await system.report<{ channels: Record<string, Record<string, number>> }>('/v1/reports/summary');
    expect(body.channels['email']!['delivered']).toBeGreaterThan(0);
    expect((await fetch(`${system.url('reporting')}/v1/reports/summary`)).status).toBe(401);
  });

  it('leaves no address, number or text of its own in any log', () => {
    for (const name of ['email', 'sms', 'retry', 'reporting']) {
      expect(system.log(name)).not.toMatch(/ada@inbox|bounce@inbox|2025550123|5005550001|It works/);
    }
  });
});
