import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentDigest, factId, identityKey, maskAddress, receiptId, recipientHash, recipientRef } from './identity.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const identity = { tenant: 'default', channel: 'email', messageId: 'm-1' } as const;

describe('the identity of a message', () => {
  it('is one 16-byte key per tenant, channel and messageId', () => {
    const keys = [
      identity,
      { ...identity, tenant: 'acme' },
      { ...identity, channel: 'sms' as const },
      { ...identity, messageId: 'm-2' },
    ].map(identityKey);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(uuid);
    expect(identityKey({ ...identity })).toBe(keys[0]);
  });

  it('does not depend on where one part ends and the next begins', () => {
    expect(identityKey({ tenant: 'a', channel: 'sms', messageId: 'm' })).not.toBe(
      identityKey({ tenant: 'a3:sms', channel: 'sms', messageId: 'm' }),
    );
    const parts = fc.tuple(fc.string(), fc.constantFrom('email' as const, 'sms' as const), fc.string());
    const key = ([tenant, channel, messageId]: [string, 'email' | 'sms', string]) =>
      identityKey({ tenant, channel, messageId });
    fc.assert(fc.property(parts, parts, (a, b) => expect(key(a) === key(b)).toBe(a.join('\0') === b.join('\0'))));
  });
});

describe('the id of a fact', () => {
  it('is the same each time the fact is published, and different for any other fact', () => {
    const fact = { ...identity, hop: 1, source: 'email', status: 'sent' };
    expect(factId({ ...fact })).toBe(factId(fact));
    const others = [
      { ...fact, hop: 2 },
      { ...fact, status: 'failed' },
      { ...fact, source: 'retry' },
      { ...fact, messageId: 'm-2' },
    ];
    expect(new Set([fact, ...others].map(factId)).size).toBe(5);
  });

  it('of a receipt depends on what the provider reports', () => {
    const receipt = {
      provider: 'sendgrid',
      providerMessageId: 'p-1',
      event: 'click',
      recipientHash: 'aa',
      providerTime: '1',
      link: 'https://a.test',
    };
    expect(receiptId({ ...receipt })).toBe(receiptId(receipt));
    const others = [
      { ...receipt, event: 'open' },
      { ...receipt, recipientHash: 'bb' },
      { ...receipt, providerTime: '2' },
      { ...receipt, link: undefined },
    ];
    expect(new Set([receipt, ...others].map(receiptId)).size).toBe(5);
  });
});

describe('the digest of a request', () => {
  it('is that of the JSON with its keys in the order of their UTF-16 units, however many there are', () => {
    const named = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 100 });
    fc.assert(
      fc.property(named, fc.boolean(), (given, reversed) => {
        const names = given.filter((name) => name !== '__proto__');
        const inOrder = [...names].sort();
        const fields = Object.fromEntries((reversed ? [...inOrder].reverse() : names).map((name) => [name, name]));
        const json = `{${inOrder.map((name) => `${JSON.stringify(name)}:${JSON.stringify(name)}`).join(',')}}`;
        const hex = createHash('sha256').update(json).digest('hex');
        expect(contentDigest(fields).replaceAll('-', '')).toBe(hex.slice(0, 32));
      }),
    );
  });

  it('is the same whatever order its fields are in', () => {
    expect(contentDigest({ a: 1, b: { c: [1, 2], d: 'x' } })).toBe(contentDigest({ b: { d: 'x', c: [1, 2] }, a: 1 }));
    expect(contentDigest({ a: 1 })).toMatch(uuid);
  });

  it('takes a field that is undefined as missing', () => {
    expect(contentDigest({ a: 1, b: undefined })).toBe(contentDigest({ a: 1 }));
  });

  it('differs for different content', () => {
    const all = [
      { a: 1 },
      { a: '1' },
      { a: null },
      { a: [1] },
      { a: { 0: 1 } },
      { b: 1 },
      { a: 1, b: 2 },
      [],
      {},
      null,
      '',
    ];
    expect(new Set(all.map(contentDigest)).size).toBe(all.length);
  });

  it('is equal exactly where the JSON values are equal', () => {
    const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes('-0'));
    fc.assert(
      fc.property(value, value, (a, b) => expect(contentDigest(a) === contentDigest(b)).toBe(sorted(a) === sorted(b))),
    );
    fc.assert(
      fc.property(value, (json) => expect(contentDigest(JSON.parse(JSON.stringify(json)))).toBe(contentDigest(json))),
    );
  });
});

/** JSON with the fields of every object in one order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

describe('an address that must not be shown', () => {
  it('keeps enough for a person to recognise it', () => {
    expect(maskAddress('ada@inbox.test')).toBe('a***@inbox.test');
    expect(maskAddress('+12025550123')).toBe('+1******0123');
    expect(maskAddress('12345')).toBe('***');
  });

  it('can be stored, whatever a webhook names as address', () => {
    expect(maskAddress('😀da@inbox.test')).toBe('😀***@inbox.test');
    expect(maskAddress('\ud83d@in\0box.test')).toBe('\ufffd***@inbox.test');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '@', '\0', '\n', '\ud83d', '\ude00') }), (address) => {
        const mask = maskAddress(address);
        expect(mask.isWellFormed() && !/[\0\n]/.test(mask)).toBe(true);
      }),
    );
  });

  it('never keeps more of a local part than its first character, nor more of a number than six digits', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) =>
        expect(maskAddress(address)).toBe(`${address[0]}***${address.slice(address.lastIndexOf('@'))}`),
      ),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{7,14}$/), (number) => {
        const mask = maskAddress(number);
        expect(mask).toHaveLength(number.length);
        expect(mask.replaceAll('*', '')).toHaveLength(6);
      }),
    );
  });

  it('has one hash in all its spellings, and another under another key', () => {
    expect(recipientHash('key', 'Ada@Inbox.test ')).toBe(recipientHash('key', 'ada@inbox.test'));
    expect(recipientHash('key', 'ada@inbox.test')).not.toBe(recipientHash('other', 'ada@inbox.test'));
    expect(recipientRef('key', 'ada@inbox.test')).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      mask: 'a***@inbox.test',
    });
  });
});
