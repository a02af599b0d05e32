import { setTimeout as delay } from 'node:timers/promises';
import type { FetchedFile } from '#libs/provider-http';
import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { Completed } from '../src/attachments/attachments.service.ts';
import type { EmailMessage } from '../src/email-message.ts';
import { attachmentsFrom } from './attachments.ts';

type Attachments = NonNullable<EmailMessage['attachments']>;

const aMail = (attachments: Attachments): EmailMessage => ({
  ...anEmailRequest(),
  from: { email: 'no-reply@messaging.test' },
  attachments,
});
const reference = {
  messageId: 'm',
  tenant: 'default',
  lane: 'transactional',
  hop: 1,
  attempt: 1,
  callId: 'c',
} as const;
const file = (text: string, type?: string): FetchedFile => ({ fetched: true, content: Buffer.from(text), type });
const byUrl = (name: string, contentType?: string) => ({
  filename: `${name}.pdf`,
  url: `https://files.test/${name}`,
  ...(contentType !== undefined && { contentType }),
});
const given = (completed: Completed) => completed;

describe('an attachment by URL, at a provider that fetches no files', () => {
  it('is sent as content, besides those that were content before, and the message itself is not changed', async () => {
    const mail = aMail([byUrl('terms'), { filename: 'a.txt', content: 'YQ==' }]);
    const asked = structuredClone(mail);
    const attachments = attachmentsFrom(() => file('terms', 'application/pdf'));
    expect(
      await attachments.carry('sendgrid', mail, reference, (completed) => Promise.resolve(given(completed))),
    ).toMatchObject({
      complete: true,
      message: {
        attachments: [
          { filename: 'terms.pdf', content: Buffer.from('terms').toString('base64'), contentType: 'application/pdf' },
          { filename: 'a.txt', content: 'YQ==' },
        ],
      },
    });
    expect(mail).toEqual(asked);
  });

  const completedWith = async (attachments: Attachments, known: (url: string) => FetchedFile) =>
    attachmentsFrom(known).carry('sendgrid', aMail(attachments), reference, (completed) => Promise.resolve(completed));

  it('has the media type of the request, else that of its server', async () => {
    const typeOf = async (asked: string | undefined, reported: string | undefined) => {
      const completed = await completedWith([byUrl('terms', asked)], () => file('x', reported));
      return completed.complete ? completed.message.attachments![0]!.contentType : completed.failure.code;
    };
    expect(await typeOf('application/pdf', 'application/octet-stream')).toBe('application/pdf');
    expect(await typeOf(undefined, 'application/pdf')).toBe('application/pdf');
    expect(await typeOf(undefined, undefined)).toBeUndefined();
    expect(await typeOf('text/html', 'text/html')).toBe('text/html');
  });

  it('that turns out to be a page, such as one to sign in, is not sent in place of the file', async () => {
    expect(await completedWith([byUrl('terms', 'application/pdf')], () => file('<html>', 'text/html'))).toMatchObject({
      complete: false,
      failure: { code: 'MSG_FILE_UNUSABLE', kind: 'bad-content', retry: 'never' },
    });
  });

  it.each([
    ['forbidden', { code: 'MSG_FILE_FORBIDDEN', kind: 'bad-content', retry: 'never' }],
    ['missing', { code: 'MSG_FILE_MISSING', kind: 'bad-content', retry: 'never' }],
    ['too-large', { code: 'MSG_FILE_TOO_LARGE', kind: 'bad-content', retry: 'never' }],
    ['unusable', { code: 'MSG_FILE_UNUSABLE', kind: 'bad-content', retry: 'never' }],
    ['unreachable', { code: 'MSG_FILE_UNREACHABLE', kind: 'transient', retry: 'failover' }],
  ] as const)('that is %s is reported by its field', async (fault, failure) => {
    const completed = await completedWith([byUrl('good'), byUrl('bad')], (url) =>
      url.endsWith('good') ? file('x') : { fetched: false, fault },
    );
    expect(completed).toMatchObject({
      complete: false,
      failure: { ...failure, fields: [{ field: 'attachments[1].url' }] },
    });
    expect(JSON.stringify(completed)).not.toContain('files.test');
  });

  it('counts towards the size limit of its e-mail', async () => {
    const limits: number[] = [];
    const attachments = attachmentsFrom((_, { mostBytes }) => {
      limits.push(mostBytes);
      return file('x'.repeat(400));
    });
    await attachments.carry('sendgrid', aMail([byUrl('a'), byUrl('b'), byUrl('c')]), reference, () =>
      Promise.resolve(),
    );
    expect(limits).toEqual([1_000, 600, 200]);
  });

  it('waits while too many are held in memory, and if it waits too long nothing was sent', async () => {
    let held = 0;
    let most = 0;
    const attachments = attachmentsFrom(() => file('x'));
    const send = () =>
      attachments.carry('sendgrid', aMail([byUrl('a')]), reference, async () => {
        held += 1;
        most = Math.max(most, held);
        await delay(20);
        held -= 1;
      });
    await Promise.all(Array.from({ length: 6 }, send));
    expect(most).toBe(2);

    const shortTimeout = attachmentsFrom(() => file('x'), { ATTACHMENT_MAILS: 1, ATTACHMENT_TIMEOUT_MS: 30 });
    let release = () => {};
    const first = shortTimeout.carry(
      'sendgrid',
      aMail([byUrl('a')]),
      reference,
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    const second = await shortTimeout.carry('sendgrid', aMail([byUrl('b')]), reference, (completed) =>
      Promise.resolve(completed),
    );
    expect(second).toMatchObject({ complete: false, failure: { code: 'MSG_NOT_STARTED', kind: 'transient' } });
    release();
    await first;
  });
});
