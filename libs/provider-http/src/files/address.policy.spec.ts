import { describe, expect, it } from '@jest/globals';
import { isFetchable, mayFetchFrom, readAddresses } from './address.policy.ts';

describe('the IP address of a file', () => {
  it.each([
    'loopback 127.0.0.1',
    'loopback 127.255.255.254',
    'loopback ::1',
    'unspecified 0.0.0.0',
    'unspecified ::',
    'private 10.0.0.1',
    'private 172.16.5.4',
    'private 192.168.1.1',
    'private fd00::1',
    'shared 100.64.0.1',
    'link-local 169.254.1.1',
    'link-local fe80::1',
    'multicast 224.0.0.1',
    'multicast ff02::1',
    'broadcast 255.255.255.255',
    'metadata 169.254.169.254',
    'metadata fd00:ec2::254',
    'metadata 100.100.100.200',
    'metadata 192.0.0.192',
    'metadata 168.63.129.16',
    'reserved 240.0.0.1',
    'benchmarking 198.18.0.1',
    'documentation 203.0.113.9',
    'documentation 2001:db8::1',
    'mapped ::ffff:127.0.0.1',
    'mapped ::ffff:a00:1',
    'mapped ::ffff:169.254.169.254',
    'mapped, public by its number ::ffff:168.63.129.16',
    'embedded 64:ff9b::7f00:1',
    'embedded 64:ff9b:1::a00:1',
    'embedded 2002:7f00:1::',
    'embedded 2001:0:53aa:64c::1',
    'embedded ::7f00:1',
    'embedded ::ffff:0:7f00:1',
    'no address localhost',
    'no address (empty) ',
  ])('that is %s is not fetched from', (named) => {
    expect(mayFetchFrom(named.slice(named.lastIndexOf(' ') + 1), [])).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.216.34', '::ffff:1.1.1.1', '2606:4700:4700::1111'])(
    'that is public, such as %s, is fetched from',
    (address) => {
      expect(mayFetchFrom(address, [])).toBe(true);
    },
  );

  it('that is not public is fetched from only where it is allowed explicitly', () => {
    const allowed = readAddresses('127.0.0.1, 10.1.0.0/16,::1')!;
    expect(
      ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', '::1'].filter((address) => !mayFetchFrom(address, allowed)),
    ).toEqual([]);
    expect(
      ['127.0.0.2', '10.2.0.1', '::2', '169.254.169.254'].filter((address) => mayFetchFrom(address, allowed)),
    ).toEqual([]);
  });

  it('is allowed in every form of an address or a network', () => {
    expect(readAddresses('')).toEqual([]);
    expect([readAddresses('localhost'), readAddresses('10.0.0.0/33'), readAddresses('10.0.0.1,x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the URL of a file', () => {
  it('begins with https:// and contains no user name or password', () => {
    const fetchable = (url: string) => isFetchable(new URL(url));
    expect(fetchable('https://files.example.org/a?signature=x')).toBe(true);
    expect(
      [
        'http://files.example.org/a',
        'https://user:secret@files.example.org/a',
        'https://user@files.example.org/',
        'file:///etc/passwd',
      ].some(fetchable),
    ).toBe(false);
  });
});
