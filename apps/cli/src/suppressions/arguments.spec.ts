import { describe, expect, it } from '@jest/globals';
import { parseSuppressionOrder, SuppressionUsageError } from './arguments.ts';

const order = (...args: string[]) => parseSuppressionOrder(args, () => 'ada@inbox.test\n');

describe('the command line of suppressions', () => {
  it('says what to do, and to whom on which channel', () => {
    expect(order()).toMatchObject({ command: 'help' });
    expect(order('list')).toMatchObject({ command: 'list', channels: ['email', 'sms'], limit: 100, filter: {} });
    expect(order('list', '--channel', 'sms', '--reason', 'stop', '--lifted', '--json')).toMatchObject({
      channels: ['sms'],
      filter: { reason: 'stop', lifted: 'true' },
      json: true,
    });
    expect(order('show', '+14155550100')).toMatchObject({ command: 'show', channel: 'sms', recipient: '+14155550100' });
    expect(order('show', 'Ada <ada@inbox.test>')).toMatchObject({ channel: 'email' });
    for (const recipient of ['+1 (415) 555-0100', 'whatsapp:+5215512345678', '0044 7400 123456'])
      expect(order('show', recipient)).toMatchObject({ channel: 'sms', recipient });
    expect(order('show', '-')).toMatchObject({ channel: 'email', recipient: 'ada@inbox.test' });
    expect(order('add', 'ada@inbox.test', '--note', 'asked by phone', '--by', 'eve')).toMatchObject({
      command: 'add',
      channel: 'email',
      body: { recipient: 'ada@inbox.test', note: 'asked by phone', by: 'eve' },
    });
    expect(
      order('remove', 'f'.repeat(32), '--channel', 'email', '--scope', 'marketing', '--note', 'back'),
    ).toMatchObject({ channel: 'email', body: { scope: 'marketing', by: expect.any(String) } });
  });

  it.each([
    ['with no such command', ['purge']],
    ['without a recipient', ['show']],
    ['with two of them', ['show', 'a@b.test', 'c@d.test']],
    ['without a note', ['add', 'ada@inbox.test']],
    ['with a number without its country’s code', ['show', '4155550100']],
    ['without a channel for a hash', ['show', 'f'.repeat(32)]],
    ['with an option that is none', ['list', '--colour', 'red']],
    ['with a limit that is none', ['list', '--limit', 'all']],
    ['with a channel that is none', ['list', '--channel', 'pigeon']],
    ['with a recipient for the lists', ['sync', 'ada@inbox.test']],
  ])('is wrong %s', (_, args) => expect(() => order(...args)).toThrow(SuppressionUsageError));
});
