import type { Reported } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { MOST_LISTED, verifiedSendersOf } from './sendgrid.doctor.policy.ts';

const answered = (body: unknown, status = 200): Reported => ({ reached: true, status, body, skewMs: 0 });

describe('the senders of a SendGrid account', () => {
  const domains = [
    { domain: 'Shop.example', subdomain: 'em1', valid: true },
    { domain: 'new.example', subdomain: null, valid: false },
  ];
  const senders = {
    results: [
      { from_email: 'Ada@single.example', verified: true },
      { from_email: 'eve@single.example', verified: false },
    ],
  };

  it('are verified as domains or one by one', () => {
    expect(verifiedSendersOf(answered(domains), answered(senders))).toMatchObject({
      domains: ['shop.example', 'em1.shop.example'],
      addresses: ['ada@single.example'],
      isPart: false,
    });
  });

  it('are not all known where the list is as long as was asked for', () => {
    const many = Array.from({ length: MOST_LISTED }, (_, index) => ({ domain: `d${index}.example`, valid: true }));
    expect(verifiedSendersOf(answered(many), answered(senders))).toMatchObject({ isPart: true });
  });

  it('are not known where the key may read one of the lists only', () => {
    const refused = answered({ errors: [] }, 403);
    expect(verifiedSendersOf(refused, answered(senders))).toBeUndefined();
    expect(verifiedSendersOf(answered(domains), refused)).toBeUndefined();
  });
});
