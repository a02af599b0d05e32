import { describe, expect, it } from '@jest/globals';
import { suppressionsCommand } from '../commands/suppressions.ts';
import { UsageError } from '../errors.ts';
import type { SuppressionOrder } from './order.ts';

/** The order that a command line gives. */
async function order(...args: string[]): Promise<SuppressionOrder> {
  const orders: SuppressionOrder[] = [];
  const take = (one: SuppressionOrder) => Promise.resolve(orders.push(one) - 1);
  await suppressionsCommand(take, () => 'ada@inbox.test\n').parseAsync(args, { from: 'user' });
  return orders[0]!;
}

describe('the command line of suppressions', () => {
  it('gives the action, the recipient and the channel', async () => {
    expect(await order('list')).toMatchObject({ command: 'list', limit: 100, filter: {} });
    expect(await order('list', '--channel', 'sms', '--reason', 'stop', '--lifted', '--json')).toMatchObject({
      filter: { channel: 'sms', reason: 'stop', lifted: 'true' },
      json: true,
    });
    expect(await order('show', '+14155550100')).toMatchObject({
      command: 'show',
      channel: 'sms',
      recipient: '+14155550100',
    });
    expect(await order('show', 'Ada <ada@inbox.test>')).toMatchObject({ channel: 'email' });
    for (const recipient of ['+1 (415) 555-0100', 'whatsapp:+5215512345678', '0044 7400 123456'])
      expect(await order('show', recipient)).toMatchObject({ channel: 'sms', recipient });
    expect(await order('show', '-')).toMatchObject({ channel: 'email', recipient: 'ada@inbox.test' });
    expect(await order('add', 'ada@inbox.test', '--note', 'asked by phone')).toMatchObject({
      command: 'add',
      wait: true,
      body: { channel: 'email', recipient: 'ada@inbox.test', note: 'asked by phone' },
    });
    expect(await order('add', 'ada@inbox.test', '--note', 'why', '--id', 'call-17', '--no-wait')).toMatchObject({
      id: 'call-17',
      wait: false,
    });
    expect(await order('remove', 'ada@inbox.test', '--note', 'back', '--at-providers')).toMatchObject({
      body: { recipient: 'ada@inbox.test', atProviders: true },
    });
    expect(await order('sync', '--id', 'after-mending')).toMatchObject({ command: 'sync', id: 'after-mending' });
    expect(
      await order('remove', 'f'.repeat(32), '--channel', 'email', '--scope', 'marketing', '--note', 'back'),
    ).toMatchObject({ body: { channel: 'email', scope: 'marketing' } });
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
    ['with an author, whom the key says', ['add', 'ada@inbox.test', '--note', 'why', '--by', 'eve']],
    ['with a channel that is none', ['list', '--channel', 'pigeon']],
    ['with a recipient for the lists', ['sync', 'ada@inbox.test']],
  ])('is invalid %s', async (_, args) => expect(order(...args)).rejects.toThrow(UsageError));
});
