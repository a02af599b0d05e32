import { describe, expect, it } from '@jest/globals';
import { classify, Fault, FaultChange, hits, webhookFault } from './fault.policy.ts';

const send = { provider: 'twilio', sends: true } as const;

describe('which requests a fault hits', () => {
  it('tells the providers apart by path, and sends from look-ups', () => {
    expect(classify('POST', '/v3/mail/send')).toEqual({ provider: 'sendgrid', sends: true });
    expect(classify('GET', '/v3/scopes')).toEqual({ provider: 'sendgrid', sends: false });
    expect(classify('POST', '/2010-04-01/Accounts/AC1/Messages.json?x=1')).toEqual(send);
    expect(classify('GET', '/_sandbox/messages')).toBeNull();
  });

  it('spares look-ups unless it is told to hit all', () => {
    const lookup = { ...send, sends: false };
    expect(hits(Fault.parse({}), lookup, 0)).toBe(false);
    expect(hits(Fault.parse({ on: 'all' }), lookup, 0)).toBe(true);
  });

  it('hits the share it was given', () => {
    const half = Fault.parse({ rate: 0.5 });
    expect([hits(half, send, 0.49), hits(half, send, 0.5)]).toEqual([true, false]);
    expect(hits(Fault.parse({ rate: 0 }), send, 0)).toBe(false);
  });
});

it('knows how late delayed webhooks come', () => {
  expect(webhookFault(Fault.parse({ webhooks: 'delay', webhookDelayMs: 700 }))).toEqual({ kind: 'delay', delayMs: 700 });
  expect(webhookFault(Fault.parse({ status: 503 }))).toBeNull();
});

it.each([{ sendgrid: { latency: 3 } }, { twilio: { status: 200 } }, { twilio: { times: 0 } }, { mailgun: null }, { sendgrid: { rate: 2 } }])(
  'does not take %j',
  (change) => {
    expect(FaultChange.safeParse(change).success).toBe(false);
  },
);
