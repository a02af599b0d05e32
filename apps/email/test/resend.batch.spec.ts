import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../src/email-message.ts';
import type { ResendAdapter } from '../src/providers/resend/send/resend.adapter.ts';
import {
  aCall,
  accept,
  refused,
  type Mail,
  type ResendAnswer,
  type ResendRequest,
  ResendServer,
  taken,
} from './resend-server.ts';

const resendServer = new ResendServer();
const aResend = resendServer.start.bind(resendServer);

afterEach(() => resendServer.stop());

describe('Resend in batches', () => {
  const names = ['a', 'b', 'bad', 'c', 'd'];
  const calls = (more: { mayStillSend?: () => boolean } = {}) =>
    names.map((name) => aCall(`${name}@inbox.test`, { subject: `For ${name}` }, more.mayStillSend));
  const isBad = ({ to }: Mail) => to[0]!.startsWith('bad');
  const permissive = ({ path, mails }: ResendRequest): ResendAnswer => {
    if (path === '/emails') return isBad(mails[0]!) ? refused(422, 'missing_required_field') : taken;
    return {
      status: 200,
      body: {
        data: mails.filter((mail) => !isBad(mail)).map(({ to }) => ({ id: `id-${to[0]}` })),
        errors: mails.flatMap((mail, index) => (isBad(mail) ? [{ index, message: 'Missing' }] : [])),
      },
    };
  };
  const idsOf = (results: Awaited<ReturnType<ResendAdapter['sendBatch']>>) =>
    results.map((result) => (result.sent ? result.providerMessageId : result.failure.code));

  it('gets e-mails of different content in one call, under one key', async () => {
    const resend = await aResend(accept);
    const [first, second] = calls();
    expect(resend.batchKey(first!.message)).toBe(resend.batchKey(second!.message));
    expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map((name) => `id-${name}@inbox.test`));
    expect(resendServer.asked).toMatchObject([
      { path: '/emails/batch', key: expect.stringMatching(/^batch-[0-9a-f]{64}$/) },
    ]);
  });

  it('never gets what a batch does not support, nor senders of different domains together', async () => {
    const resend = await aResend(accept);
    const key = (overrides: Partial<EmailMessage>) => resend.batchKey(aCall('ada@inbox.test', overrides).message);
    expect(key({ attachments: [{ filename: 'a.txt', content: 'YQ==' }] })).toBeUndefined();
    expect(key({ text: 'x'.repeat(300_000) })).toBeUndefined();
    expect(key({ from: { email: 'no-reply@other.test' } })).not.toBe(key({}));
    expect(resend.batchLimit).toBe(100);
  });

  it('refuses an invalid member alone, which is sent again by itself to get the reason', async () => {
    const resend = await aResend(permissive);
    expect(idsOf(await resend.sendBatch(calls()))).toEqual([
      'id-a@inbox.test',
      'id-b@inbox.test',
      'missing_required_field',
      'id-c@inbox.test',
      'id-d@inbox.test',
    ]);
    expect(resendServer.asked.map(({ path, mails }) => `${path} ${mails.length}`)).toEqual([
      '/emails/batch 5',
      '/emails 1',
    ]);
  });

  it('that are refused as a whole are sent again in halves under other keys, and each member once', async () => {
    const resend = await aResend((request) =>
      request.mails.some(isBad) ? refused(422, 'missing_required_field') : accept(request),
    );
    const results = await resend.sendBatch(calls());
    expect(results.map(({ sent }) => sent)).toEqual([true, true, false, true, true]);
    const accepted = resendServer.asked
      .filter(({ mails }) => !mails.some(isBad))
      .flatMap(({ mails }) => mails.map(({ to }) => to[0]!));
    expect(accepted.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'a@inbox.test',
      'b@inbox.test',
      'c@inbox.test',
      'd@inbox.test',
    ]);
    expect(new Set(resendServer.asked.map(({ key }) => key)).size).toBe(resendServer.asked.length);
  });

  it('whose response was lost are repeated at once under the same key', async () => {
    const answers: ((request: ResendRequest) => ResendAnswer)[] = [
      () => 'drop',
      () => refused(409, 'concurrent_idempotent_requests'),
      accept,
    ];
    const resend = await aResend((request) => answers.shift()!(request));
    expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map((name) => `id-${name}@inbox.test`));
    expect(new Set(resendServer.asked.map(({ key, text }) => key! + text)).size).toBe(1);
    expect(resendServer.asked).toHaveLength(3);
  });

  it('stay unconfirmed when a repeat is refused: that says nothing about the first call', async () => {
    const answers: ResendAnswer[] = [
      'drop',
      refused(422, 'validation_error'),
      refused(429, 'rate_limit_exceeded'),
      refused(500, 'internal_server_error'),
    ];
    const resend = await aResend(() => answers.shift()!);
    const results = await resend.sendBatch(calls());
    expect(results.map((result) => !result.sent && result.failure.kind)).toEqual(names.map(() => 'unknown'));
  });

  it('are not repeated once the lease of a member has expired', async () => {
    let open = true;
    const resend = await aResend(() => {
      open = false;
      return 'drop';
    });
    const results = await resend.sendBatch(calls({ mayStillSend: () => open }));
    expect(results.map((result) => !result.sent && result.failure.kind)).toEqual(names.map(() => 'unknown'));
    expect(resendServer.asked).toHaveLength(1);
  });

  it('whose response is inconsistent may have been accepted', async () => {
    const resend = await aResend(() => ({ status: 200, body: { data: [{ id: 'id-1' }] } }));
    expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map(() => 'MSG_NO_MESSAGE_ID'));
  });
});
