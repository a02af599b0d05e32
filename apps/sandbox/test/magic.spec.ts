import { describe, expect, it } from '@jest/globals';
import { mailPlan } from '../src/simulators/sendgrid/magic.policy.ts';
import { textPlan } from '../src/simulators/twilio/magic.policy.ts';

const mail = (address: string) => mailPlan(address).map(({ event }) => event);
const text = (to: string, service = false) => textPlan(to, service).map(({ event }) => event);

describe('magic mailboxes', () => {
  it.each([
    ['ada@example.org', ['processed', 'delivered']],
    ['bounce@example.org', ['processed', 'bounce']],
    ['blocked@example.org', ['processed', 'bounce']],
    ['dropped@example.org', ['dropped']],
    ['deferred@example.org', ['processed', 'deferred', 'delivered']],
    ['spam@example.org', ['processed', 'delivered', 'spamreport']],
    ['open@example.org', ['processed', 'delivered', 'open']],
    ['click@example.org', ['processed', 'delivered', 'open', 'click']],
    ['unsubscribe@example.org', ['processed', 'delivered', 'unsubscribe']],
    ['late-bounce@example.org', ['processed', 'delivered', 'bounce']],
    ['silent@example.org', []],
  ])('%s has the events %j', (address, events) => {
    expect(mail(address)).toEqual(events);
  });

  it('are recognised by the text before any plus sign, in any case', () => {
    expect(mail('Bounce+order-7@example.org')).toEqual(['processed', 'bounce']);
  });

  it('do not include the names of object members', () => {
    expect(mail('constructor@example.org')).toEqual(['processed', 'delivered']);
  });

  it('distinguish a permanent bounce from a block', () => {
    expect(mailPlan('bounce@a.test')[1]?.fields).toMatchObject({
      type: 'bounce',
      status: '5.1.1',
      bounce_classification: 'Invalid Address',
    });
    expect(mailPlan('blocked@a.test')[1]?.fields).toMatchObject({ type: 'blocked' });
    expect(mailPlan('dropped@a.test')[0]?.fields).toMatchObject({ reason: 'Bounced Address' });
  });
});

describe('magic numbers', () => {
  it.each([
    ['+15005550030', 30003],
    ['+15005550031', 30005],
    ['+15005550032', 30006],
    ['+15005550033', 30007],
  ])('%s is sent, then undelivered with %d', (to, errorCode) => {
    expect(textPlan(to, false)).toEqual([{ event: 'sent' }, { event: 'undelivered', errorCode }]);
  });

  it('fails one number at once and reports nothing more about another', () => {
    expect(textPlan('+15005550034', false)).toEqual([{ event: 'failed', errorCode: 30008 }]);
    expect(textPlan('+15005550035', true)).toEqual([]);
  });

  it('delivers to all others, and on WhatsApp they read it', () => {
    expect(text('+12025550123')).toEqual(['sent', 'delivered']);
    expect(text('whatsapp:+12025550123')).toEqual(['sent', 'delivered', 'read']);
  });

  it('reports that a Messaging Service has queued what it accepted', () => {
    expect(text('+12025550123', true)).toEqual(['queued', 'sent', 'delivered']);
  });
});
