import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import smartEncodingMap from 'sms-segments-calculator/dist/libs/SmartEncodingMap.js';
import { sizeOf } from './segments.policy.ts';
import { plainFor } from './smart-encoding.table.ts';

describe('the size of an SMS', () => {
  it.each<[string, string, number, 'GSM-7' | 'UCS-2']>([
    ['160 plain characters fit one segment', 'x'.repeat(160), 1, 'GSM-7'],
    ['one more needs two, since each gives up 7 for its header', 'x'.repeat(161), 2, 'GSM-7'],
    ['two segments hold 306', 'x'.repeat(306), 2, 'GSM-7'],
    ['and not 307', 'x'.repeat(307), 3, 'GSM-7'],
    ['the euro sign counts twice', '€'.repeat(80), 1, 'GSM-7'],
    ['81 of them need two', '€'.repeat(81), 2, 'GSM-7'],
    ['an escape pair is not torn apart', `${'x'.repeat(152)}€${'x'.repeat(152)}`, 3, 'GSM-7'],
    ['line breaks are plain', 'a\r\nb', 1, 'GSM-7'],
    ['70 others fit one segment', 'я'.repeat(70), 1, 'UCS-2'],
    ['71 need two', 'я'.repeat(71), 2, 'UCS-2'],
    ['two hold 134', 'я'.repeat(134), 2, 'UCS-2'],
    ['and not 135', 'я'.repeat(135), 3, 'UCS-2'],
    ['one other character changes all of them', `${'x'.repeat(70)}я`, 2, 'UCS-2'],
    ['an emoji is not torn apart', '👍'.repeat(67), 3, 'UCS-2'],
    ['a small c with cedilla is not in the table, a capital one is', 'ç', 1, 'UCS-2'],
  ])('%s', (_, body, segments, encoding) => {
    expect(sizeOf(body, false)).toEqual({ segments, encoding });
  });

  it('counts the text after smart encoding, where that is enabled', () => {
    const quoted = `${'x'.repeat(100)} “so” – he’s…`;
    expect(sizeOf(quoted, false)).toEqual({ segments: 2, encoding: 'UCS-2' });
    expect(sizeOf(quoted, true)).toEqual({ segments: 1, encoding: 'GSM-7' });
  });

  it('equals Twilio’s own calculator for 2,000 texts', () => {
    const sign = fc.constantFrom(...'abcXYZ 09.,!?\n€[]{}~^|\\@£äöüßéñÇΔΩ‘’“”—…яшщ中文字', '👍', '🎉', '👨‍👩‍👧‍👦');
    const text = fc.array(sign, { minLength: 1, maxLength: 400 }).map((signs) => signs.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (body, smart) => {
        const theirs = new SegmentedMessage(body, 'auto', smart);
        expect(sizeOf(body, smart)).toEqual({ encoding: theirs.encodingName, segments: theirs.segmentsCount });
      }),
      { numRuns: 2_000 },
    );
  });

  it('replaces the characters that Twilio replaces', () => {
    expect(plainFor).toEqual(smartEncodingMap.default);
  });
});
