import { describe, expect, it } from '@jest/globals';
import { aText } from '../../../../test/messages.ts';
import type { TextMessage } from '../message.ts';
import { withEvents } from '../../../core/inbox/plan.policy.ts';
import { twilio } from '../index.ts';
import { callbackForm, connectionOf, signatureOf, worthRepeating } from './status-callback.policy.ts';

const account = `AC${'0'.repeat(32)}`;
const formOf = (parts: Parameters<typeof aText>[0], index: number) =>
  callbackForm({ message: withEvents<TextMessage>(aText(parts), 100, twilio), index }, account);

it('signs like the test vector of the official SDK', () => {
  const form = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  expect(signatureOf('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', form)).toBe(
    'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  );
});

describe('connection overrides', () => {
  it('repeats a failed connection once by default', () => {
    const { repeats, repeatOn } = connectionOf('https://a.test/cb?x=1');
    expect([repeats, [...repeatOn]]).toEqual([1, ['ct']]);
    expect(worthRepeating({ failure: 'connect' }, repeatOn)).toBe(true);
    expect(worthRepeating({ failure: 'read' }, repeatOn)).toBe(false);
    expect(worthRepeating({ status: 503 }, repeatOn)).toBe(false);
  });

  it('reads the overrides in the fragment, and removes it from the URL', () => {
    const { url, repeats, repeatOn } = connectionOf('https://a.test/cb?x=1#rc=9&rp=ct,rt,5xx');
    expect([url, repeats]).toEqual(['https://a.test/cb?x=1', 5]);
    expect(worthRepeating({ failure: 'read' }, repeatOn)).toBe(true);
    expect(worthRepeating({ status: 500 }, repeatOn)).toBe(true);
    expect(worthRepeating({ status: 404 }, repeatOn)).toBe(false);
    expect(worthRepeating({ status: 204 }, repeatOn)).toBe(false);
  });
});

it('reports the status of a text', () => {
  expect(formOf({ to: '+15005550030' }, 1)).toMatchObject({
    MessageStatus: 'undelivered',
    SmsStatus: 'undelivered',
    ErrorCode: '30003',
    AccountSid: account,
  });
});

it('reports on WhatsApp that the text was read', () => {
  expect(formOf({ to: 'whatsapp:+12025550123' }, 2)).toMatchObject({
    MessageStatus: 'read',
    ChannelPrefix: 'whatsapp',
    EventType: 'READ',
  });
});
