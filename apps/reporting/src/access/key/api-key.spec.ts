import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hashOf, isWholeKey, makeKey, readKey } from './api-key.ts';

describe('an API key', () => {
  const { key, id, hash } = makeKey();

  it('has a prefix and a form by which scanners recognise it', () => {
    expect(key).toMatch(/^mik_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
  });

  it('is found by the pattern that the docs give to scanners, within any text', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/access.md'), 'utf8');
    const [, pattern = ''] = /`(mik_[^`]*\{49\})`/.exec(page) ?? [];
    expect(new RegExp(pattern).exec(`"key":"${key}"`)?.[0]).toBe(key);
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeKey().key)).size).toBe(1_000);
  });

  it('is read as its public id and its hash', () => {
    expect(readKey(key)).toEqual({ id, hash });
    expect([id, hash]).toEqual([key.slice(4, 14), hashOf(key)]);
  });

  it('with any one character changed is recognised as mistyped', () => {
    for (let at = 0; at < key.length; at++) {
      const changed = key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);
      expect([at, readKey(changed)]).toEqual([at, { wrong: expect.stringMatching(/checksum/) }]);
    }
  });

  it('with two neighbours swapped is recognised as mistyped', () => {
    for (let at = 4; at < key.length - 1; at++) {
      const swapped = key.slice(0, at) + key[at + 1]! + key[at]! + key.slice(at + 2);
      expect([at, isWholeKey(swapped)]).toEqual([at, swapped === key]);
    }
  });

  it('that is cut off or too long is recognised as such, at whatever length', () => {
    for (let length = 0; length < key.length; length++)
      expect(readKey(key.slice(0, length))).toEqual({ wrong: expect.stringMatching(/has 64 .*cut off/) });
    expect(readKey(`${key}0`)).toEqual({ wrong: expect.stringMatching(/this has 65: something was added/) });
  });

  it('is not repeated where it is refused', () => {
    for (const wrong of [key.slice(0, 40), `${key}x`, key.toUpperCase()])
      expect(JSON.stringify(readKey(wrong))).not.toContain(wrong.slice(4, 14));
  });
});
