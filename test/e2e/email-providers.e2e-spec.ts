import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { statusesOf, System } from './system.ts';

describe('an e-mail with two providers', () => {
  const system = new System();
  afterEach(() => system.faults(undefined));
  afterAll(() => system.close());
  const takenBy = async (reference: string) => (await system.sandboxMessages({ reference })).messages.map(({ provider }) => provider);

  it('goes by the one that the request prefers, and its signed webhook confirms it', async () => {
    const messageId = await system.requestEmail({ messageId: `e2e:${randomUUID()}.a_b`, provider: 'resend' });
    const timeline = await system.reaches('email', messageId, 'delivered');
    expect(timeline.timeline.at(-1)).toMatchObject({ status: 'delivered', provider: 'resend', source: 'receipt' });
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('is taken by Resend while SendGrid throttles', async () => {
    await system.faults({ sendgrid: { status: 429, retryAfterSeconds: 1 } });
    const messageId = await system.requestEmail();
    const timeline = await system.reaches('email', messageId, 'delivered', 30_000);
    expect(timeline.timeline.filter(({ status }) => status === 'sent')[0]).toMatchObject({ provider: 'resend', attempt: 2 });
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('is taken by SendGrid while Resend’s quota is used up', async () => {
    await system.faults({ resend: { status: 429, resendName: 'daily_quota_exceeded' } });
    const messageId = await system.requestEmail({ provider: 'resend' });
    const timeline = await system.reaches('email', messageId, 'delivered', 30_000);
    expect(timeline.timeline.find(({ status }) => status === 'retrying')!.failure).toMatchObject({ code: 'daily_quota_exceeded' });
    expect(await takenBy(messageId)).toEqual(['sendgrid']);
  });

  it('with an attachment by URL goes by Resend, which fetches it', async () => {
    const messageId = await system.requestEmail({ attachments: [{ filename: 'terms.pdf', url: 'https://files.test/terms.pdf' }] });
    await system.reaches('email', messageId, 'delivered');
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('whose answer from Resend was lost, and whose webhooks never came, is asked for again under its key and is one', async () => {
    await system.faults({ resend: { acceptThenDrop: true, webhooks: 'drop', times: 1 } });
    const messageId = await system.requestEmail({ provider: 'resend' });
    const timeline = await system.reaches('email', messageId, 'sent', 40_000);
    expect(statusesOf(timeline)).toContain('unconfirmed');
    expect(timeline.timeline.at(-1)).toMatchObject({ status: 'sent', source: 'lookup', provider: 'resend' });
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('that Resend had not taken when the connection broke is sent by the same look, once', async () => {
    await system.faults({ resend: { refuse: true, times: 1 } });
    const messageId = await system.requestEmail({ provider: 'resend' });
    const timeline = await system.reaches('email', messageId, 'delivered', 40_000);
    expect(statusesOf(timeline)).toContain('unconfirmed');
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('in bulk shares a batch of Resend with others of other content, and only the bad one fails', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => `batch-${index}-${randomUUID()}`);
    await system.produce('messaging.email.requested.bulk', ...ids.map((messageId, index) => ({
      value: { messageId, provider: 'resend', to: [{ email: index === 2 ? 'reader@example.com' : `reader${index}@inbox.test` }], subject: `News ${index}`, text: `For reader ${index}` },
    }))); // prettier-ignore
    for (const [index, messageId] of ids.entries()) await system.reaches('email', messageId, index === 2 ? 'failed' : 'delivered', 40_000);
    for (const [index, messageId] of ids.entries()) expect(await takenBy(messageId)).toEqual(index === 2 ? [] : ['resend']);
    expect((await system.timeline('email', ids[2]!))!.timeline.at(-1)!.failure).toMatchObject({ code: 'validation_error:422' });
  });
});
