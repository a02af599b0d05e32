import { describe, expect, it } from '@jest/globals';
import { shownBytes } from './shown-bytes.policy.ts';

describe('the bytes of a record', () => {
  it('are shown as text where they are text, and never end within a character', () => {
    const bytes = Buffer.from('{"a":"ä😀"}\n');
    expect(shownBytes(bytes, 100)).toEqual({ encoding: 'utf8', text: '{"a":"ä😀"}\n', bytes: 15, shown: 15 });
    for (const most of [8, 9, 10, 11]) expect(shownBytes(bytes, most)).toMatchObject({ text: '{"a":"ä', shown: 8 });
    expect(shownBytes(bytes, 7)).toMatchObject({ text: '{"a":"', shown: 6 });
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x41]), 'fffe41'],
    ['controls, which a terminal would obey', Buffer.from('\u001b[2J'), '1b5b324a'],
    ['a NUL', Buffer.from('a\0'), '6100'],
  ])('are shown in hexadecimal where there are %s', (_, bytes, text) =>
    expect(shownBytes(bytes, 100)).toEqual({ encoding: 'hex', text, bytes: bytes.length, shown: bytes.length }),
  );

  it('may be none', () =>
    expect(shownBytes(Buffer.alloc(0), 100)).toEqual({ encoding: 'utf8', text: '', bytes: 0, shown: 0 }));
});
