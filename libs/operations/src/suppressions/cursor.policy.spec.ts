import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.policy.ts';

const recipient = 'ab'.repeat(16);
const written = (text: string) => Buffer.from(text).toString('base64url');

describe('the cursor of a list of suppressions', () => {
  it('comes back as it was given', () => {
    const position = { at: '2030-01-31T12:00:00.000Z', recipient, scopeKey: 'topic:offers:acme' };
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
  });

  it.each([
    ['a time in the year 0000', `0000-01-01T00:00:00.000Z ${recipient} all`],
    ['a day that no month has', `2030-02-30T00:00:00.000Z ${recipient} all`],
    ['an hour that no day has', `2030-01-31T99:00:00.000Z ${recipient} all`],
    ['a place with NUL, which no database holds', `2030-01-31T12:00:00.000Z ${recipient} a\0l`],
    ['no recipient', '2030-01-31T12:00:00.000Z all'],
  ])('is none of ours with %s', (_, text) => expect(decodeCursor(written(text))).toBeUndefined());
});
