import { describe, expect, it } from '@jest/globals';
import { faultChangeOf } from '../src/core/gate/fault-change.policy.ts';
import { Fault, hits, webhookFault } from '../src/core/gate/fault.policy.ts';
import { classify as classifyFor, recipientsOf } from '../src/core/gate/request.policy.ts';
import { simulatorCatalogue } from '../src/simulators/catalogue.ts';

const classify = (method: string, url: string) => classifyFor(method, url, simulatorCatalogue);
const FaultChange = faultChangeOf(simulatorCatalogue);

const send = classify('POST', '/2010-04-01/Accounts/AC1/Messages.json')!;
const lookup = classify('GET', '/2010-04-01/Accounts/AC1/Messages/SM1.json')!;

describe('the requests that a fault applies to', () => {
  it('depend on the provider’s path, and on whether they send', () => {
    expect(classify('POST', '/v3/mail/send')).toMatchObject({ provider: 'sendgrid', sends: true });
    expect(classify('GET', '/v3/scopes')).toMatchObject({ provider: 'sendgrid', sends: false });
    expect(classify('POST', '/2010-04-01/Accounts/AC1/Messages.json?x=1')).toEqual(send);
    expect(classify('POST', '/emails/batch')).toMatchObject({ provider: 'resend', sends: true });
    expect(classify('POST', '/templates')).toMatchObject({ provider: 'resend', sends: false });
    expect(classify('GET', '/_sandbox/messages')).toBeNull();
  });

  it('do not include look-ups unless it is set to all, or names them', () => {
    expect(hits(Fault.parse({}), lookup, undefined, 0)).toBe(false);
    expect(hits(Fault.parse({ on: 'all' }), lookup, undefined, 0)).toBe(true);
    expect(hits(Fault.parse({ where: { method: 'GET' } }), lookup, undefined, 0)).toBe(true);
    expect(hits(Fault.parse({ where: { path: '*/Messages/*' } }), lookup, undefined, 0)).toBe(true);
    expect(hits(Fault.parse({ where: { path: '*/Messages/*' } }), send, undefined, 0)).toBe(false);
  });

  it('are the share that it is set to', () => {
    const half = Fault.parse({ rate: 0.5 });
    expect([hits(half, send, undefined, 0.49), hits(half, send, undefined, 0.5)]).toEqual([true, false]);
    expect(hits(Fault.parse({ rate: 0 }), send, undefined, 0)).toBe(false);
  });

  it('depend on the recipient once the body was read, and only then', () => {
    const slow = Fault.parse({ where: { to: '+1415*' } });
    expect(hits(slow, send, undefined, 0)).toBe(false);
    expect(hits(slow, send, ['+12025550123'], 0)).toBe(false);
    expect(hits(slow, send, ['+12025550123', '+14155550123'], 0)).toBe(true);
    expect(hits(Fault.parse({}), send, ['+14155550123'], 0)).toBe(false);
  });

  it.each([
    [
      'SendGrid',
      {
        personalizations: [
          { to: [{ email: 'a@x.test' }], bcc: [{ email: 'b@x.test' }] },
          { to: [{ email: 'c@x.test' }] },
        ],
      },
      ['a@x.test', 'b@x.test', 'c@x.test'],
    ],
    ['Resend', { to: 'Ada <a@x.test>', cc: ['b@x.test'] }, ['a@x.test', 'b@x.test']],
    ['a batch of Resend', [{ to: ['a@x.test'] }, { to: 'b@x.test' }], ['a@x.test', 'b@x.test']],
    ['Twilio', { To: '+14155550123' }, ['+14155550123']],
    ['who is not understood', { to: 3, personalizations: 'x' }, []],
  ])('finds the recipients in a body for %s', (_, body, recipients) => {
    expect(recipientsOf(body)).toEqual(recipients);
  });
});

it('knows the faults of webhooks', () => {
  expect(webhookFault(Fault.parse({ webhooks: 'delay', webhookDelayMs: 700 }))).toEqual({ delayMs: 700 });
  expect(
    webhookFault(Fault.parse({ webhooks: ['reorder', 'duplicate'], webhookCopies: 46, webhookNewIds: true })),
  ).toEqual({ reorder: true, copies: 46, newIds: true });
  expect(webhookFault(Fault.parse({ status: 503 }))).toBeNull();
});

it.each([
  { sendgrid: { latency: 3 } },
  { twilio: { status: 200 } },
  { twilio: { times: 0 } },
  { mailgun: null },
  { resend: { webhooks: 'duplicate', webhookCopies: 47 } },
  { twilio: { where: { colour: 'red' } } },
  { sendgrid: { rate: 2 } },
])('refuses %j', (change) => {
  expect(FaultChange.safeParse(change).success).toBe(false);
});
