import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutText, multiLine, oneLine, repairLine, repairText, repairTexts, textProblem } from './text.ts';

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const rulesOf = (schema: ReturnType<typeof oneLine>, text: string) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('one line of text', () => {
  it.each(['Grüße', 'naïve 😀', '日本語', 'a\u00a0b', '\u{10ffff}', '👩‍👩‍👧'])('may be %j', (text) =>
    expect(rulesOf(oneLine(64), text)).toEqual([]),
  );

  it.each(['a\nb', 'a\rb', 'a\tb', 'a\u0000b', 'a\u007fb', 'a\u0085b', 'a\u009bb', 'a\u2028b', 'a\u2029b'])(
    'may not be %j, which contains a line break or control character',
    (text) => expect(rulesOf(oneLine(64), text)).toEqual(['must not contain line breaks or control characters']),
  );

  it.each(['\ud83d', 'a\ude00b', '\ude00\ud83d', '😀\ud800'])(
    'may not be %j, which is not well-formed Unicode',
    (text) =>
      expect(rulesOf(oneLine(64), text)).toEqual(['must be well-formed Unicode: it holds half of a surrogate pair']),
  );
});

describe('text of several lines', () => {
  it('may contain line breaks and tabs, but neither NUL nor lone surrogates', () => {
    expect(rulesOf(multiLine(64), 'a\r\n\tb\u2028c 😀')).toEqual([]);
    expect(rulesOf(multiLine(64), 'a\0b')).toEqual(['must not contain the character NUL (U+0000)']);
    expect(rulesOf(multiLine(64), 'a\udfff')).toEqual([
      'must be well-formed Unicode: it holds half of a surrogate pair',
    ]);
  });
});

describe('text from outside that cannot be refused', () => {
  it('keeps what can be stored, and the rest is replaced', () => {
    expect(repairText('Hi\ud83d you\0\u0007\r\n\tbye 😀')).toBe('Hi\ufffd you\r\n\tbye 😀');
    expect(repairLine('Hi\r\nyou\u2028\ude00\0')).toBe('Hi you \ufffd');
  });

  it('can always be stored, and a second repair changes nothing', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, max) => {
        const repaired = repairText(text, max);
        expect(textProblem(repaired)).toBeUndefined();
        expect(repaired.length).toBeLessThanOrEqual(max);
        expect(repairText(repaired, max)).toBe(repaired);
        const line = repairLine(text, max + 1);
        expect(line === '' ? [] : rulesOf(oneLine(max + 1), line)).toEqual([]);
      }),
    );
  });

  it('is unchanged where nothing is wrong', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text)),
        (text) => expect(repairText(text)).toBe(text),
      ),
    );
  });

  it('is repaired anywhere in a body, names included; parts nested too deeply are left out', () => {
    expect(repairTexts({ 'a\0': ['x\ud800', { b: 'y\u0001' }, 7, null, true] })).toEqual({
      a: ['x\ufffd', { b: 'y' }, 7, null, true],
    });
    const nested = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
    expect(JSON.stringify(repairTexts(nested, 2))).toBe('[[null]]');
  });
});

describe('a text that is cut', () => {
  it('never ends with half a character', () => {
    expect(cutText('ab😀', 3)).toBe('ab');
    expect(cutText('ab😀', 4)).toBe('ab😀');
    expect(cutText('abc', 2)).toBe('ab');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(10), (text, max) => {
        expect(cutText(text, max).isWellFormed()).toBe(true);
        expect(text.startsWith(cutText(text, max))).toBe(true);
      }),
    );
  });
});
