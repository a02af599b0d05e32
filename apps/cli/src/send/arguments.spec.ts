import { describe, expect, it } from '@jest/globals';
import { parseOrder, UsageError } from './arguments.ts';

describe('the command line of npm run send', () => {
  it('makes an e-mail request, with an id of its own', () => {
    const order = parseOrder([
      'email',
      '--to',
      'Ada <ada@inbox.test>',
      '--to',
      'bob@inbox.test',
      '--subject',
      'Hello',
      '--text',
      'It works',
    ]);
    expect(order).toMatchObject({
      channel: 'email',
      tenant: 'default',
      lane: 'transactional',
      timeoutMs: 60_000,
      json: false,
    });
    expect(order?.request).toEqual({
      messageId: expect.stringMatching(/^cli-/),
      to: [{ email: 'ada@inbox.test', name: 'Ada' }, { email: 'bob@inbox.test' }],
      subject: 'Hello',
      text: 'It works',
    });
  });

  const variablesOf = (...pairs: string[]) =>
    parseOrder(['sms', '--to', '+12025550123', '--template', 'login-code', ...pairs.flatMap((pair) => ['--var', pair])])
      ?.request['template'];

  it('reads a variable as JSON where it is JSON, and as text where it is not', () => {
    expect(
      variablesOf(
        'minutes=10',
        'name=Ada',
        'vip=true',
        'items=[{"title":"Gear","quantity":2}]',
        'code="493817"',
        'link=https://example.org/?a=b',
        'empty=',
        'half={"a"',
      ),
    ).toEqual({
      name: 'login-code',
      variables: {
        minutes: 10,
        name: 'Ada',
        vip: true,
        items: [{ title: 'Gear', quantity: 2 }],
        code: '493817',
        link: 'https://example.org/?a=b',
        empty: '',
        half: '{"a"',
      },
    });
    expect(() => variablesOf('nothing')).toThrow('--var takes name=value');
  });

  it('makes an MMS request', () => {
    const order = parseOrder([
      'sms',
      '--to',
      '+12025550123',
      '--media',
      'https://example.org/a.png',
      '--id',
      'm-2',
      '--lane',
      'urgent',
    ]);
    expect(order).toMatchObject({
      channel: 'sms',
      messageId: 'm-2',
      lane: 'urgent',
      request: { to: '+12025550123', mediaUrls: ['https://example.org/a.png'] },
    });
  });

  it('follows a scheduled message for as long after its time', () => {
    const now = Date.parse('2030-01-01T00:00:00Z');
    const order = parseOrder(
      ['sms', '--to', '+12025550123', '--body', 'x', '--send-at', '2030-01-01T00:01:00Z', '--timeout', '5'],
      now,
    );
    expect(order?.timeoutMs).toBe(65_000);
  });

  it('names the fields that break a rule, before anything is published', () => {
    expect(() => parseOrder(['sms', '--to', '12'])).toThrow(UsageError);
    expect(() => parseOrder(['sms', '--to', '12'])).toThrow(/to: must be a phone number.*\n.*body: is needed/);
  });

  it('refuses what it does not know', () => {
    expect(() => parseOrder(['fax'])).toThrow('email or sms');
    expect(() => parseOrder(['email', '--body', 'x'])).toThrow("Unknown option '--body'");
    expect(() => parseOrder(['sms', '--to', '+12025550123', '--body', 'x', '--timeout', 'soon'])).toThrow('--timeout');
  });

  it('offers help when nothing is asked', () => {
    expect(parseOrder([])).toBeUndefined();
    expect(parseOrder(['email', '--help'])).toBeUndefined();
  });
});
