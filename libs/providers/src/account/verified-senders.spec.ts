import { describe, expect, it } from '@jest/globals';
import { isVerified } from './verified-senders.ts';

describe('a sender', () => {
  const senders = { domains: ['shop.example'], addresses: ['ada@single.example'] };

  it('is verified with its domain or by itself, however it is written', () => {
    expect(isVerified(senders, 'News@Shop.Example')).toBe(true);
    expect(isVerified(senders, 'ada@single.example')).toBe(true);
    expect(isVerified(senders, 'eve@single.example')).toBe(false);
  });

  it('below a verified domain is verified only where the provider has it so', () => {
    expect(isVerified(senders, 'news@mail.shop.example')).toBe(false);
    expect(isVerified({ ...senders, withSubdomains: true }, 'news@mail.shop.example')).toBe(true);
    expect(isVerified({ ...senders, withSubdomains: true }, 'news@myshop.example')).toBe(false);
  });

  it('is not judged where the list is not known, or not all of it, or it is no address', () => {
    expect(isVerified(undefined, 'news@shop.example')).toBeUndefined();
    expect(isVerified({ ...senders, isPart: true }, 'news@other.example')).toBeUndefined();
    expect(isVerified({ ...senders, isPart: true }, 'news@shop.example')).toBe(true);
    expect(isVerified(senders, '+15005550006')).toBeUndefined();
  });
});
