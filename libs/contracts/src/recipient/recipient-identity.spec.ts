import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recipientHash, recipientRef } from '../identity.ts';
import { isRecipient } from '../channels.ts';
import { recipientIdentity } from './recipient-identity.ts';

describe('the identity of a recipient', () => {
  it.each([
    [
      'ada@bücher.example',
      [
        'ada@xn--bcher-kva.example',
        'ADA@BÜCHER.example',
        'Ada <ada@bücher.example>',
        'ada@XN--BCHER-KVA.EXAMPLE',
        'ada@bu\u0308cher.example',
      ],
    ],
    [
      'ada@inbox.test',
      [
        'Ada@Inbox.TEST',
        ' ada@inbox.test ',
        '<ada@inbox.test>',
        '"Lovelace, Ada" <ada@inbox.test>',
        'ada@inbox.test.',
        'mailto:ada@inbox.test',
        'mailto:ada@inbox.test?subject=x',
        '"ada"@inbox.test',
        'ada@inbox.test (Ada)',
        'rfc822; ada@inbox.test',
        'ａｄａ@inbox.test',
        'ada@inbox。test',
      ],
    ],
    ["o'hara+news@a-b.example", ["O'Hara+News@A-B.example", "<o'hara+news@a-b.example>"]],
  ])('of %s is the same for every spelling', (address, spellings) => {
    for (const spelling of spellings) expect(recipientIdentity(spelling)).toBe(recipientIdentity(address));
    expect(new Set(spellings.map((spelling) => recipientRef('key', spelling).mask)).size).toBe(1);
  });

  it('differs for another address', () => {
    const all = [
      'ada@inbox.test',
      'ada+1@inbox.test',
      'a.da@inbox.test',
      'ada@inbox.example',
      'ada@sub.inbox.test',
      '+12025552177',
      '+12025552178',
      'xyz:+12025552177',
      'xyz:ada@inbox.test',
      'messenger:12025552177',
    ];
    expect(new Set(all.map((address) => recipientHash('key', address))).size).toBe(all.length);
  });

  it('of a text that is no address is the text itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), fc.stringMatching(/^[<>"(@.:+\da-z ]{0,20}$/)),
        (text) => {
          const once = recipientIdentity(text);
          expect(recipientHash('key', text)).toMatch(/^[0-9a-f]{32}$/);
          if (isRecipient(text, 'email') || isRecipient(text, 'sms')) expect(recipientIdentity(once)).toBe(once);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('is computed quickly for every text, however it is made', () => {
    const long = [
      '<'.repeat(1_000),
      '@'.repeat(999) + '?',
      '('.repeat(100_000),
      `"${'\\'.repeat(998)}`,
      `${'a@'.repeat(50_000)}?`,
      `+${' '.repeat(100_000)}`,
    ];
    const from = performance.now();
    for (const text of long) recipientIdentity(text);
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  it('distinguishes an address of a channel from any other text', () => {
    expect([
      isRecipient('Ada <ada@inbox.test>', 'email'),
      isRecipient('ada', 'email'),
      isRecipient('+12025552177', 'email'),
    ]).toEqual([true, false, false]);
    expect([
      isRecipient('+1 (202) 555-2177', 'sms'),
      isRecipient('whatsapp:+5215512345678', 'sms'),
      isRecipient('2025552177', 'sms'),
      isRecipient('xyz:+12025552177', 'sms'),
    ]).toEqual([true, true, false, false]);
  });
});
