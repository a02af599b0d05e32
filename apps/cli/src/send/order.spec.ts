import { describe, expect, it } from '@jest/globals';
import { sendCommand } from '../commands/checkout/send.ts';
import { UsageError } from '../errors.ts';
import type { SendOrder } from './order.ts';

/** The order that a command line gives. */
async function orderOf(args: string[], now = Date.now()): Promise<SendOrder> {
  const orders: SendOrder[] = [];
  const take = (order: SendOrder) => Promise.resolve(orders.push(order) - 1);
  await sendCommand(take, () => now).parseAsync(args, { from: 'user' });
  return orders[0]!;
}

describe('the command line of send', () => {
  it('makes an e-mail request, with an id of its own', async () => {
    const order = await orderOf([
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
    expect(order.request).toEqual({
      messageId: expect.stringMatching(/^cli-/),
      to: [{ email: 'ada@inbox.test', name: 'Ada' }, { email: 'bob@inbox.test' }],
      subject: 'Hello',
      text: 'It works',
    });
  });

  const variablesOf = async (...pairs: string[]) => {
    const vars = pairs.flatMap((pair) => ['--var', pair]);
    const { request } = await orderOf(['sms', '--to', '+12025550123', '--template', 'login-code', ...vars]);
    return request['template'];
  };

  it('parses a variable as JSON where it is JSON, and as text where it is not', async () => {
    expect(
      await variablesOf(
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
    await expect(variablesOf('nothing')).rejects.toThrow('--var takes name=value');
  });

  it('makes an MMS request', async () => {
    const order = await orderOf([
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

  it('follows a scheduled message as long after its time as any other after its request', async () => {
    const now = Date.parse('2030-01-01T00:00:00Z');
    const order = await orderOf(
      ['sms', '--to', '+12025550123', '--body', 'x', '--send-at', '2030-01-01T00:01:00Z', '--timeout', '5'],
      now,
    );
    expect(order.timeoutMs).toBe(65_000);
  });

  it('names the fields that break a rule, before anything is published', async () => {
    await expect(orderOf(['sms', '--to', '12'])).rejects.toThrow(UsageError);
    await expect(orderOf(['sms', '--to', '12'])).rejects.toThrow(/to: must be a phone number.*\n.*body: is needed/);
  });

  it('refuses unknown options', async () => {
    await expect(orderOf(['fax'])).rejects.toThrow("unknown command 'fax'. There are email, sms");
    await expect(orderOf(['email', '--body', 'x'])).rejects.toThrow("unknown option '--body'");
    await expect(orderOf(['sms', '--to', '+12025550123', '--body', 'x', '--timeout', 'soon'])).rejects.toThrow(
      '--timeout',
    );
  });

  it('publishes nothing where help is requested, or nothing is given', async () => {
    const help = ({ code }: { code: string }) => code;
    const silent = sendCommand(() => Promise.reject(new Error('something was published'))).configureOutput({
      writeOut: () => undefined,
      writeErr: () => undefined,
    });
    await expect(silent.parseAsync([], { from: 'user' }).catch(help)).resolves.toBe('commander.help');
    await expect(silent.parseAsync(['--help'], { from: 'user' }).catch(help)).resolves.toBe('commander.helpDisplayed');
  });
});
