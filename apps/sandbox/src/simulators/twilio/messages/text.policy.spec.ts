import { describe, expect, it } from '@jest/globals';
import { checkText } from './text.policy.ts';

const now = Date.UTC(2026, 0, 1);
const service = `MG${'0'.repeat(32)}`;
const aForm = (parts: Record<string, unknown> = {}) => ({
  To: '+12025550123',
  From: '+15005550006',
  Body: 'Hi',
  ...parts,
});
const codeOf = (parts: Record<string, unknown>) => {
  const checked = checkText(aForm(parts), now);
  return checked.ok ? null : checked.code;
};

describe('refuses with the code of Twilio', () => {
  it.each<[string, number, Record<string, unknown>]>([
    ['no recipient', 21604, { To: undefined }],
    ['no sender', 21603, { From: undefined }],
    ['nothing to say', 21602, { Body: '' }],
    ['a recipient that is no number', 21211, { To: '12345' }],
    ['a sender that is none', 21212, { From: '!' }],
    ['different channels', 21910, { From: 'whatsapp:+14155238886' }],
    ['the same number twice', 21266, { To: '+15005550006' }],
    ['1601 characters', 21617, { Body: 'x'.repeat(1601) }],
    ['eleven media files', 21623, { MediaUrl: Array.from({ length: 11 }, () => 'https://example.org/a.png') }],
    ['a media address that is none', 21620, { MediaUrl: 'ftp://example.org/a' }],
    ['a callback address that is none', 21609, { StatusCallback: 'nowhere' }],
    ['a callback host with an underscore', 21609, { StatusCallback: 'https://my_host.example.org/' }],
    ['a validity of no time', 21624, { ValidityPeriod: '0' }],
    ['content variables that are no JSON', 21656, { ContentVariables: '{' }],
    ['content variables that are no texts', 21656, { ContentSid: `HX${'0'.repeat(32)}`, ContentVariables: '{"1":7}' }],
    ['content variables without a template', 21654, { ContentVariables: '{"1":"7"}' }],
    ['a name as the sender in North America', 21612, { From: 'My Shop' }],
    ['a flag that is none', 20001, { SmartEncoded: 'perhaps' }],
    ['a malformed Messaging Service', 21701, { MessagingServiceSid: 'MG1' }],
    ['a schedule without a Messaging Service', 35118, { ScheduleType: 'fixed', SendAt: '2026-01-01T01:00:00Z' }],
    [
      'a schedule that is too near',
      35117,
      { MessagingServiceSid: service, ScheduleType: 'fixed', SendAt: '2026-01-01T00:01:00Z' },
    ],
  ])('%s', (_, code, parts) => {
    expect(codeOf(parts)).toBe(code);
  });

  it.each([
    ['To', '+15005550001', 21211],
    ['To', '+15005550002', 21612],
    ['To', '+15005550003', 21408],
    ['To', '+15005550004', 21610],
    ['To', '+15005550009', 21614],
    ['From', '+15005550001', 21212],
    ['From', '+15005550007', 21606],
    ['From', '+15005550008', 21611],
  ])('the test number: %s %s', (field, number, code) => {
    expect(codeOf({ [field]: number })).toBe(code);
  });
});

describe('accepts', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a plain text', {}],
    ['1600 emoji', { Body: '👍'.repeat(1600) }],
    ['a short code', { From: '12345' }],
    ['a name as the sender', { To: '+491701234567', From: 'My Shop' }],
    ['WhatsApp on both sides', { To: 'whatsapp:+12025550123', From: 'whatsapp:+14155238886' }],
    ['a Messaging Service instead of a sender', { From: undefined, MessagingServiceSid: service }],
    ['media without text', { Body: undefined, MediaUrl: 'https://example.org/a.png' }],
    ['a schedule', { MessagingServiceSid: service, ScheduleType: 'fixed', SendAt: '2026-01-01T01:00:00Z' }],
  ])('%s', (_, parts) => {
    expect(codeOf(parts)).toBeNull();
  });
});
