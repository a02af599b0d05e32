import { expect, it } from '@jest/globals';
import { messagesOf } from './accept.policy.ts';
import type { Mail } from './mail.policy.ts';

const acceptance = {
  requestId: 'XMessageId0123456789ab',
  server: '0123456789abcdef',
  now: 1_700_000_000_000,
  webhookFault: null,
};
const aMailRequest = (parts: Partial<Mail> = {}): Mail => ({
  personalizations: [
    {
      to: [{ email: 'a@b.test' }],
      cc: [{ email: 'c@b.test' }],
      custom_args: { mi_message_id: 'one', mi_call_id: 'call' },
    },
    { to: [{ email: 'd@b.test' }], subject: 'Own', custom_args: { mi_message_id: 'two' } },
  ],
  from: { email: 'shop@b.test' },
  subject: 'Shared',
  content: [{ type: 'text/plain', value: 'x' }],
  ...parts,
});

it('makes one message per recipient, with an id that begins with that of the response', () => {
  const messages = messagesOf(aMailRequest(), acceptance);
  expect(messages.map(({ to, kind, subject, reference }) => [to, kind, subject, reference])).toEqual([
    ['a@b.test', 'to', 'Shared', 'one'],
    ['c@b.test', 'cc', 'Shared', 'one'],
    ['d@b.test', 'to', 'Own', 'two'],
  ]);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
  expect(messages.every(({ id }) => id.startsWith('XMessageId0123456789ab.recvd-'))).toBe(true);
});

it('prefers the arguments of a personalization to those of the mail', () => {
  const [first, , third] = messagesOf(
    aMailRequest({ custom_args: { mi_message_id: 'all', campaign: 'may' } }),
    acceptance,
  );
  expect(first?.customArgs).toEqual({ mi_message_id: 'one', mi_call_id: 'call', campaign: 'may' });
  expect(third).toMatchObject({ reference: 'two', callId: null });
});

it('starts a scheduled mail at its time', () => {
  const [message] = messagesOf(aMailRequest({ send_at: 1_700_000_060 }), acceptance);
  expect(message).toMatchObject({ acceptedAt: 1_700_000_000_000, startsAt: 1_700_000_060_000 });
});

it('keeps the description of an attachment without its content', () => {
  const [message] = messagesOf(aMailRequest({ attachments: [{ content: 'aGVsbG8h', filename: 'a.txt' }] }), acceptance);
  expect(message?.attachments).toEqual([{ filename: 'a.txt', type: 'application/octet-stream', bytes: 6 }]);
});
