import { describe, expect, it } from '@jest/globals';
import { addressOf } from './address.policy.ts';

describe('the address that failed attempts are counted by', () => {
  it('is the one that has connected, whatever it says of itself, where no proxy is trusted', () => {
    for (const header of [undefined, '', '192.0.2.1', ['192.0.2.1, 192.0.2.2', '192.0.2.3']])
      expect(addressOf('198.51.100.7', header, 0)).toBe('198.51.100.7');
  });

  it('is the one that the outermost proxy of ours saw', () => {
    expect(addressOf('10.0.0.1', '192.0.2.66, 198.51.100.7', 1)).toBe('198.51.100.7');
    expect(addressOf('10.0.0.1', '192.0.2.66, 198.51.100.7, 10.0.0.9', 2)).toBe('198.51.100.7');
    expect(addressOf('10.0.0.1', ['192.0.2.66', ' 198.51.100.7 , 10.0.0.9'], 2)).toBe('198.51.100.7');
  });

  it('is the first that is named where fewer proxies were passed than are trusted', () => {
    expect(addressOf('10.0.0.1', '198.51.100.7', 3)).toBe('198.51.100.7');
    expect(addressOf('10.0.0.1', undefined, 3)).toBe('10.0.0.1');
  });

  it('of IPv6 is the network of 64 bits, and of IPv4 in its clothes IPv4', () => {
    expect(addressOf('2001:db8:1:2::1', undefined, 0)).toBe(addressOf('2001:db8:1:2:ffff::9', undefined, 0));
    expect(addressOf('2001:db8:1:2::1', undefined, 0)).not.toBe(addressOf('2001:db8:1:3::1', undefined, 0));
    expect(addressOf('::ffff:198.51.100.7', undefined, 0)).toBe('198.51.100.7');
  });

  it('is one and the same for all that is no address', () => {
    expect([addressOf('10.0.0.1', 'unknown', 1), addressOf('10.0.0.1', '_x', 1)]).toEqual(['unknown', 'unknown']);
  });
});
