import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseFact, System } from './system.ts';

interface Mail {
  headers: Record<string, string>;
  text: string;
}

describe('a mailing', () => {
  const system = new System();
  afterAll(() => system.close());

  it('reaches the provider with a one-click unsubscribe link, which suppresses that recipient and topic', async () => {
    const reader = `reader-${randomUUID()}@inbox.test`;
    const mailing = {
      category: 'marketing',
      provider: 'resend',
      to: [{ email: reader }],
      unsubscribe: { topic: 'newsletter' },
      text: 'News. Leave: {{unsubscribeUrl}}',
    };
    const suppressions = await system.follow('suppression.changed');
    const messageId = await system.requestEmail(mailing);
    await system.reaches('email', messageId, 'delivered');

    const [mail] = (await system.sandboxMessages({ reference: messageId })).messages as unknown as Mail[];
    expect(mail!.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    const link = /^<(.+)>$/.exec(mail!.headers['List-Unsubscribe']!)![1]!;
    expect(mail!.text).toBe(`News. Leave: ${link}`);
    expect(link).not.toContain(reader);

    // As a mail program clicks (RFC 8058 §3.2).
    const clicked = await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(clicked.status).toBe(200);
    const found = await eventually(
      () =>
        suppressions.find(({ key, value }) => key.endsWith(':topic:newsletter:default') && value.includes('one-click')),
      { what: 'the suppression' },
    );
    expect(parseFact(found)).toMatchObject({
      channel: 'email',
      scope: 'topic:newsletter',
      reason: 'unsubscribe',
      source: 'one-click',
      tenant: 'default',
    });
    expect(found.value).not.toContain(reader);
    const timeline = await eventually(
      async () => {
        const now = await system.timeline('email', messageId);
        return now?.timeline.some(({ status }) => status === 'unsubscribed') ? now : undefined;
      },
      { what: 'unsubscribed in the timeline' },
    );
    expect(timeline.status).toBe('delivered');

    // The channel reads the suppression from Kafka in its own time.
    const next = await eventually(
      async () => {
        const id = await system.requestEmail(mailing);
        await system.reaches('email', id, 'suppressed', 4_000);
        return id;
      },
      { what: 'the next e-mail suppressed' },
    );
    const others = await system.requestEmail({ ...mailing, unsubscribe: { topic: 'offers' } });
    await system.reaches('email', others, 'delivered');
    expect(await system.sandboxMessages({ reference: next })).toMatchObject({ total: 0 });
  });
});
