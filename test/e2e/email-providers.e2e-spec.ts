import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aFileServer, type FileServer } from '../secure/file-server.ts';
import { statusesOf, System } from './system.ts';

describe('an e-mail with two providers', () => {
  const system = new System();
  afterEach(() => system.recover());
  afterAll(() => system.close());
  const takenBy = async (reference: string) =>
    (await system.sandboxMessages({ reference })).messages.map(({ provider }) => provider);

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
    expect(timeline.timeline.filter(({ status }) => status === 'sent')[0]).toMatchObject({
      provider: 'resend',
      attempt: 2,
    });
    expect(await takenBy(messageId)).toEqual(['resend']);
  });

  it('is taken by SendGrid while Resend’s quota is used up', async () => {
    await system.faults({ resend: { status: 429, resendName: 'daily_quota_exceeded' } });
    const messageId = await system.requestEmail({ provider: 'resend' });
    const timeline = await system.reaches('email', messageId, 'delivered', 30_000);
    expect(timeline.timeline.find(({ status }) => status === 'retrying')!.failure).toMatchObject({
      code: 'daily_quota_exceeded',
    });
    expect(await takenBy(messageId)).toEqual(['sendgrid']);
  });

  describe('with an attachment by URL', () => {
    const terms = '%PDF-1.7 the terms';
    let server: FileServer;
    beforeAll(async () => {
      server = await aFileServer(system.filesCertificate, (_, response) =>
        response.writeHead(200, { 'content-type': 'application/pdf' }).end(terms),
      );
    });
    afterAll(() => server.close());
    const attachments = () => [{ filename: 'terms.pdf', url: `https://localhost:${server.port}/terms.pdf` }];

    it('reaches SendGrid with the file inside', async () => {
      const messageId = await system.requestEmail({ attachments: attachments() });
      await system.reaches('email', messageId, 'delivered');
      const { messages } = await system.sandboxMessages({ reference: messageId });
      expect(messages).toMatchObject([
        {
          provider: 'sendgrid',
          attachments: [{ filename: 'terms.pdf', type: 'application/pdf', bytes: terms.length }],
        },
      ]);
    });

    it('goes by SendGrid when Resend, which would fetch it, does not take it', async () => {
      await system.faults({ resend: { status: 429, resendName: 'daily_quota_exceeded' } });
      const messageId = await system.requestEmail({ provider: 'resend', attachments: attachments() });
      await system.reaches('email', messageId, 'delivered', 30_000);
      const { messages } = await system.sandboxMessages({ reference: messageId });
      expect(messages).toMatchObject([{ provider: 'sendgrid', attachments: [{ bytes: terms.length }] }]);
    });

    it('that leads to what stands beside the service fails, and is told by its field', async () => {
      const messageId = await system.requestEmail({
        attachments: [{ filename: 'keys', url: 'https://169.254.169.254/latest/meta-data/' }],
      });
      const timeline = await system.reaches('email', messageId, 'failed');
      expect(timeline.timeline.at(-1)!.failure).toMatchObject({
        code: 'MSG_FILE_FORBIDDEN',
        fields: [{ field: 'attachments[0].url' }],
      });
      expect(await takenBy(messageId)).toEqual([]);
    });
  });

  it('whose answer from Resend and webhooks were lost is requested again under its key, and exists once', async () => {
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
    await system.produce(
      'messaging.email.requested.bulk',
      ...ids.map((messageId, index) => ({
        value: {
          messageId,
          provider: 'resend',
          to: [{ email: index === 2 ? 'reader@example.com' : `reader${index}@inbox.test` }],
          subject: `News ${index}`,
          text: `For reader ${index}`,
        },
      })),
    );
    for (const [index, messageId] of ids.entries())
      await system.reaches('email', messageId, index === 2 ? 'failed' : 'delivered', 40_000);
    for (const [index, messageId] of ids.entries())
      expect(await takenBy(messageId)).toEqual(index === 2 ? [] : ['resend']);
    expect((await system.timeline('email', ids[2]!))!.timeline.at(-1)!.failure).toMatchObject({
      code: 'validation_error:422',
    });
  });
});
