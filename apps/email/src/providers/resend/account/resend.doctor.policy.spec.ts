import type { Reported } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { verifiedSendersOf } from './resend.doctor.policy.ts';

const answered = (body: unknown, status = 200): Reported => ({ reached: true, status, body, skewMs: 0 });

describe('the domains of a Resend account', () => {
  const data = [
    { name: 'Shop.example', status: 'verified' },
    { name: 'half.example', status: 'partially_verified' },
    { name: 'new.example', status: 'pending' },
    { name: 'broken.example', status: 'failed' },
  ];

  it('are verified where Resend sends from them', () => {
    expect(verifiedSendersOf(answered({ data }))).toEqual({
      domains: ['shop.example', 'half.example', 'resend.dev'],
      isPart: false,
    });
    expect(verifiedSendersOf(answered({ data, has_more: true }))).toMatchObject({ isPart: true });
  });

  it('are not known to a key that may only send, nor where Resend does not answer', () => {
    expect(verifiedSendersOf(answered({ name: 'restricted_api_key' }, 401))).toBeUndefined();
    expect(verifiedSendersOf(answered({ data: 'none' }))).toBeUndefined();
    expect(verifiedSendersOf({ reached: false, code: 'ECONNREFUSED' })).toBeUndefined();
  });
});
