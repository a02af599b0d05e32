import { UnreadableRecord } from '#libs/contracts';
import { firstInvalidByte, readJson, readJsonLeniently } from './read-json.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const ruleFor = (value: Buffer): string => {
  try {
    readJson(value);
  } catch (error) {
    if (error instanceof UnreadableRecord) return error.fields[0]!.rule;
    throw error;
  }
  throw new Error('it was read');
};

describe('bytes that are not JSON in UTF-8', () => {
  it.each([
    [
      'Windows-1252',
      Buffer.from('{"a":"\x80uro"}', 'latin1'),
      'must be JSON in UTF-8: byte 6 (counted from 0) is not UTF-8 (Latin-1 or Windows-1252?)',
    ],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'must be JSON in UTF-8: it is UTF-16'],
    [
      'gzip',
      Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
      'must be JSON in UTF-8: it is compressed by gzip (let the Kafka client compress its batches instead)',
    ],
    [
      'a schema registry’s framing',
      Buffer.from('\0\0\0\0\u0007{"a":1}'),
      'must be JSON alone: it begins with byte 0, as a serialiser for a schema registry writes it',
    ],
    [
      'JSON that was cut off',
      Buffer.from('{"secret":"x"'),
      expect.stringMatching(
        /^must be JSON in UTF-8: it (ends too early|is not JSON at character 13 \(counted from 0\))$/,
      ),
    ],
    ['a word', Buffer.from('secret'), 'must be JSON in UTF-8: it is not JSON'],
    [
      'a fault in the middle',
      Buffer.from('{"secret":1,}'),
      'must be JSON in UTF-8: it is not JSON at character 12 (counted from 0)',
    ],
  ])('are refused with their actual format: %s', (_, value, rule) => expect(ruleFor(value)).toEqual(rule));

  it('are refused with the position of the first invalid byte, whatever precedes it', () => {
    const before = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(before, fc.constantFrom('fc41', 'c3', 'e282', 'eda080', 'ff', 'f8888080', '80'), (text, wrong) => {
        const bytes = Buffer.from(text);
        expect(firstInvalidByte(Buffer.concat([bytes, Buffer.from(wrong, 'hex'), Buffer.from('"}')]))).toBe(
          bytes.length,
        );
      }),
    );
    expect(firstInvalidByte(Buffer.concat([Buffer.from('\ufeffa\ufffd😀'), Buffer.from([0xfc])]))).toBe(11);
  });

  it('still yield what can be found in them', () => {
    expect(readJsonLeniently(Buffer.from('{"messageId":"m-1","subject":"Gr\xfc\xdfe"}', 'latin1'))).toMatchObject({
      messageId: 'm-1',
    });
    expect(readJsonLeniently(Buffer.from('\ufeff{"messageId":"m-1"}'))).toEqual({ messageId: 'm-1' });
    expect([readJsonLeniently(Buffer.from('not json')), readJsonLeniently(null)]).toEqual([undefined, undefined]);
  });
});
