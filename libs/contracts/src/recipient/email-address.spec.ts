import { domainToUnicode } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EmailAddress, readAddress } from './email-address.ts';

describe('an e-mail address', () => {
  it.each([
    ['ada@inbox.test', 'ada@inbox.test'],
    ['Ada.Lovelace+news@Inbox.TEST', 'Ada.Lovelace+news@inbox.test'],
    ["o'hara_{x}~1@a-b.c1.example", "o'hara_{x}~1@a-b.c1.example"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@faß.de', 'ada@xn--fa-hia.de'],
    ['ada@inbox。test', 'ada@inbox.test'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ])('%s reaches the provider as %s', (given, ascii) => expect(readAddress(given)).toEqual({ address: ascii }));

  it.each([
    ['', 'must be an e-mail address such as ada@example.org'],
    ['ada', 'must be an e-mail address such as ada@example.org'],
    ['@inbox.test', 'must be an e-mail address such as ada@example.org'],
    ['ada@', 'must be an e-mail address such as ada@example.org'],
    ['ada@eve@inbox.test', 'must be an e-mail address such as ada@example.org'],
    ['ada lovelace@inbox.test', 'must be an e-mail address such as ada@example.org'],
    ['"ada"@inbox.test', 'must be an e-mail address such as ada@example.org'],
    ['Ada <ada@inbox.test>', 'must be an e-mail address such as ada@example.org'],
    ['jürgen@inbox.test', 'must be plain ASCII before the @: the providers cannot deliver to other letters there'],
    [`${'a'.repeat(65)}@inbox.test`, 'may have at most 64 characters before the @'],
    ['ada..l@inbox.test', 'must not have two dots in a row before the @, nor begin or end with one'],
    ['.ada@inbox.test', 'must not have two dots in a row before the @, nor begin or end with one'],
    ['ada.@inbox.test', 'must not have two dots in a row before the @, nor begin or end with one'],
    ['ada@inbox', 'must have a full domain such as example.org after the @'],
    ['ada@inbox.test.', 'must not end in a dot'],
    ['ada@localhost', 'ends in .localhost, which leads nowhere on the internet'],
    ['ada@nobody.invalid', 'ends in .invalid, which leads nowhere on the internet'],
    ['ada@printer.local', 'ends in .local, which leads nowhere on the internet'],
    ['ada@[192.0.2.1]', 'must have a domain after the @, not an IP address'],
    ['ada@[IPv6:2001:db8::1]', 'must have a domain after the @, not an IP address'],
    ['ada@192.0.2.1', 'must have a domain after the @, not an IP address'],
    ['ada@inbox..test', 'must have a domain such as example.org after the @'],
    ['ada@-inbox.test', 'must have a domain such as example.org after the @'],
    ['ada@in_box.test', 'must have a domain such as example.org after the @'],
    ['ada@inbox.test\n', 'must have a domain such as example.org after the @'],
    ['ada@in%62ox.test', 'must have a domain such as example.org after the @'],
    ['ada@xn--\u00e4.test', 'must have a domain such as example.org after the @'],
    [`ada@${'ä'.repeat(70)}.example`, 'must have a domain such as example.org after the @'],
  ])('%j is refused with a reason', (given, wrong) => expect(readAddress(given)).toEqual({ wrong }));

  it('is either refused or becomes printable ASCII that is read back as the same address', () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z0-9.-]{1,12}$/),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('bücher.example', 'a.b', '[::1]', '1.2.3.4', 'x\r\n.test', '例え.jp', '0x7f.1'),
    );
    fc.assert(
      fc.property(part, part, fc.constantFrom('', '.org', '.test', '.'), (local, domain, end) => {
        const read = readAddress(`${local}@${domain}${end}`);
        if (!('address' in read)) return;
        expect(read.address).toMatch(
          /^[\x21-\x7e]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
        );
        expect(readAddress(read.address)).toEqual(read);
        const [own, ascii] = [
          read.address.slice(0, read.address.lastIndexOf('@')),
          read.address.slice(read.address.lastIndexOf('@') + 1),
        ];
        expect(readAddress(`${own}@${domainToUnicode(ascii)}`)).toEqual(read);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is refused when it is longer than mail can carry', () => {
    expect(EmailAddress.safeParse(`ada@${'a.'.repeat(130)}test`).success).toBe(false);
  });
});
