import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerText } from './header-text.policy.ts';

/** As mail readers decode encoded words (RFC 2047). */
const read = (text: string) =>
  text.replace(/=\?UTF-8\?B\?([^?]*)\?=( (?==\?))?/g, (_, base64: string) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );

describe('the value of a header', () => {
  it('of plain ASCII stays as it is', () => {
    expect(headerText('<https://acme.test/leave?u=1>, <mailto:a@acme.test>')).toBe(
      '<https://acme.test/leave?u=1>, <mailto:a@acme.test>',
    );
    expect(headerText('')).toBe('');
  });

  it('with other letters is written in encoded words of at most 75 characters, and is read as it was given', () => {
    expect(headerText('Grüße')).toBe('=?UTF-8?B?R3LDvMOfZQ==?=');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((text) => /[^\u0020-\u007e]/.test(text)),
        (value) => {
          const written = headerText(value);
          expect(written).toMatch(/^[\u0020-\u007e]+$/);
          expect(written.split(' ').filter((word) => word.length > 75)).toEqual([]);
          expect(read(written)).toBe(value);
        },
      ),
    );
  });
});
