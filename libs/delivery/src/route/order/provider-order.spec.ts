import { describe, expect, it } from '@jest/globals';
import { inOrder, readOrders } from './provider-order.ts';

const known = ['sendgrid', 'resend', 'postbird'];
const ordersOf = (text: string) => readOrders(text, 'email', known);

describe('the order of providers in a policy file', () => {
  it('is read by lane, for the own channel alone, whatever else the file holds', () => {
    const text = `
lanes:
  urgent:
    transient: { base: 250ms }
    providers: { email: [resend, sendgrid], sms: [twilio] }
  transactional:
  bulk: { providers: { sms: [twilio] } }
`;
    expect(ordersOf(text)).toEqual({ value: { urgent: ['resend', 'sendgrid'] } });
    expect(ordersOf('lanes: {}')).toEqual({ value: {} });
  });

  it.each([
    [
      'a provider that the channel does not have',
      'lanes: { bulk: { providers: { email: [mailer] } } }',
      /mailer is none/,
    ],
    ['a provider twice', 'lanes: { bulk: { providers: { email: [resend, resend] } } }', /names one twice/],
    ['a channel that there is not', 'lanes: { bulk: { providers: { fax: [x] } } }', /lanes\.bulk\.providers/],
    ['no list', 'lanes: { bulk: { providers: { email: resend } } }', /lanes\.bulk\.providers\.email/],
    ['no YAML', 'lanes: { bulk: [', /no YAML/],
  ])('is refused with the place for %s', (_, text, rule) => {
    const read = ordersOf(text);
    expect('problems' in read && read.problems.join('\n')).toMatch(rule);
  });

  it('puts those that it names first, and leaves the others as they were', () => {
    const providers = known.map((name) => ({ name }));
    const names = (order?: string[]) => inOrder(providers, order).map(({ name }) => name);
    expect(names()).toEqual(known);
    expect(names(['postbird'])).toEqual(['postbird', 'sendgrid', 'resend']);
    expect(names(['resend', 'sendgrid'])).toEqual(['resend', 'sendgrid', 'postbird']);
  });
});
