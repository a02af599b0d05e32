import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import type { Sandbox } from '../src/sandbox.ts';
import { aMailTo, running, sendGridOf } from './running.ts';

let folder: string;
let sandbox: Sandbox;
const started = async () => {
  sandbox = await running({
    SANDBOX_DATA_FILE: join(folder, 'messages.jsonl'),
    SANDBOX_RESEND_API_KEY: 're_test',
    SANDBOX_RESEND_RATE_PER_S: '1000',
  });
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  await started();
});
afterEach(() => fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' }));
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

interface Shown {
  to: string;
  recipientMessageId: string;
  headers: Record<string, string>;
  attachments: Record<string, unknown>[];
}
const inbox = async () =>
  ((await (await fetch(`${sandbox.url}/_sandbox/messages`)).json()) as { messages: Shown[] }).messages;
const html = (id: string) => fetch(`${sandbox.url}/_sandbox/messages/html?id=${encodeURIComponent(id)}`);
const htmlOf = async ({ recipientMessageId }: Shown) =>
  ((await (await html(recipientMessageId)).json()) as { html: string }).html;

it('shows the headers of a mail of SendGrid, with those of a personalization first', async () => {
  const personalizations = [
    { to: 'ada@inbox.test', headers: { 'x-campaign': 'spring', 'X-Own': 'a' } },
    { to: 'bob@inbox.test' },
  ];
  await sendGridOf(sandbox).send(
    aMailTo('x@inbox.test', 'order-1', {
      to: undefined,
      personalizations,
      headers: { 'X-Campaign': 'all', 'List-Unsubscribe': '<https://shop.test/u>' },
    }),
  );
  expect(Object.fromEntries((await inbox()).map(({ to, headers }) => [to, headers]))).toEqual({
    'ada@inbox.test': { 'List-Unsubscribe': '<https://shop.test/u>', 'x-campaign': 'spring', 'X-Own': 'a' },
    'bob@inbox.test': { 'List-Unsubscribe': '<https://shop.test/u>', 'X-Campaign': 'all' },
  });
});

describe('the sender, recipients and reply addresses of a mail', () => {
  const people = { toName: 'Ada Lovelace', fromName: 'The “Shop”, Ltd' };

  it('are shown with the names that SendGrid was given, for each recipient', async () => {
    const personalizations = [
      { to: [{ email: 'ada@inbox.test', name: people.toName }], cc: [{ email: 'bob@inbox.test' }] },
    ];
    await sendGridOf(sandbox).send(
      aMailTo('x@inbox.test', 'order-1', {
        to: undefined,
        personalizations,
        from: { email: 'shop@example.org', name: people.fromName },
        replyTo: { email: 'desk@example.org', name: 'Desk' },
      }),
    );
    const shown = Object.fromEntries((await inbox()).map((mail) => [mail.to, mail]));
    expect(shown['ada@inbox.test']).toMatchObject({
      ...people,
      from: 'shop@example.org',
      replyTo: ['Desk <desk@example.org>'],
    });
    expect(shown['bob@inbox.test']).toMatchObject({ fromName: people.fromName });
    expect(shown['bob@inbox.test']).not.toHaveProperty('toName');
  });

  it('are shown with the names that Resend was given', async () => {
    const resend = new Resend('re_test', { baseUrl: sandbox.url });
    await resend.emails.send({
      from: 'Shop <shop@messaging.test>',
      to: ['"Ada \\"A.\\" Lovelace" <ada@inbox.test>'],
      replyTo: ['desk@messaging.test', 'Bob <bob@messaging.test>'],
      subject: 'Hi',
      text: 'Hi',
    });
    expect((await inbox())[0]).toMatchObject({
      to: 'ada@inbox.test',
      toName: 'Ada "A." Lovelace',
      from: 'shop@messaging.test',
      fromName: 'Shop',
      replyTo: ['desk@messaging.test', 'Bob <bob@messaging.test>'],
    });
  });

  it('have no names and no other reply address where none were given', async () => {
    await sendGridOf(sandbox).send(aMailTo('ada@inbox.test'));
    const [mail] = await inbox();
    expect(mail).toMatchObject({ from: 'shop@example.org', replyTo: [] });
    expect(mail).not.toHaveProperty('fromName');
  });
});

describe('an image in a mail', () => {
  const body = '<p>Hi</p><img src="cid:logo">';
  const shown = '<p>Hi</p><img src="data:image/png;base64,aGk=">';
  const picture = { filename: 'logo.png', content: 'aGk=' };

  it('of SendGrid is shown to each recipient, over a restart too', async () => {
    await sendGridOf(sandbox).sendMultiple(
      aMailTo('x', 'order-1', {
        to: ['ada@inbox.test', 'bob@inbox.test'],
        html: body,
        attachments: [{ ...picture, type: 'image/png', content_id: 'logo', disposition: 'inline' }],
      }),
    );
    await sandbox.close();
    await started();
    const messages = await inbox();
    expect(messages.map(({ attachments }) => attachments)).toEqual(
      Array(2).fill([{ filename: 'logo.png', type: 'image/png', bytes: 3, contentId: 'logo' }]),
    );
    expect(await Promise.all(messages.map(htmlOf))).toEqual([shown, shown]);
  });

  it('of Resend is shown, with a type derived from its file name', async () => {
    await new Resend('re_test', { baseUrl: sandbox.url }).emails.send({
      from: 'shop@messaging.test',
      to: 'ada@inbox.test',
      subject: 'Hi',
      html: body,
      attachments: [{ ...picture, contentId: 'logo' }],
    });
    expect(await htmlOf((await inbox())[0]!)).toBe(shown);
  });

  it.each([
    ['was attached and not put in', { ...picture, type: 'image/png', content_id: 'logo' }],
    [
      'is no picture that mail programs show',
      { ...picture, type: 'image/svg+xml', content_id: 'logo', disposition: 'inline' },
    ],
  ])('is not shown where it %s', async (_, file) => {
    await sendGridOf(sandbox).send(aMailTo('ada@inbox.test', 'order-1', { html: body, attachments: [file] }));
    expect(await htmlOf((await inbox())[0]!)).toBe(body);
  });

  it('is deleted with its mail', async () => {
    await sendGridOf(sandbox).send(aMailTo('ada@inbox.test', 'order-1', { html: body }));
    const [mail] = await inbox();
    await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
    expect((await html(mail!.recipientMessageId)).status).toBe(404);
  });
});
