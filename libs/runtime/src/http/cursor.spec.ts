import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cursor } from './cursor.ts';

const recipient = 'ab'.repeat(16);
const written = (text: string) => Buffer.from(text).toString('base64url');
const byId = new Cursor({ id: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/ });
const byPerson = new Cursor({ recipient: /[0-9a-f]{32}/, scopeKey: /[^\0]+/ });

describe('a cursor', () => {
  const times = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());

  it('continues where a page ended', () => {
    fc.assert(
      fc.property(times, fc.uuid(), (at, id) => expect(byId.decode(byId.encode({ at, id }))).toEqual({ at, id })),
    );
  });

  it('continues by several keys, the last of which may contain blanks', () => {
    const scopes = fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', ':', 'é') });
    fc.assert(
      fc.property(times, scopes, (at, scopeKey) =>
        expect(byPerson.decode(byPerson.encode({ at, recipient, scopeKey }))).toEqual({ at, recipient, scopeKey }),
      ),
    );
  });

  it('of ours is distinguished from any other text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(byId.decode(text)).toBeUndefined()));
  });

  it.each([
    ['a time in the year 0000', `0000-01-01T00:00:00.000Z ${recipient} all`],
    ['a day that no month has', `2030-02-30T00:00:00.000Z ${recipient} all`],
    ['an hour that no day has', `2030-01-31T99:00:00.000Z ${recipient} all`],
    ['a key with NUL, which no database holds', `2030-01-31T12:00:00.000Z ${recipient} a\0l`],
    ['a key missing', '2030-01-31T12:00:00.000Z all'],
  ])('is refused with %s', (_, text) => expect(byPerson.decode(written(text))).toBeUndefined());

  it('that is not ours is refused with the name of the field, and without one the first page is returned', () => {
    expect(byId.read(undefined)).toBeUndefined();
    expect(() => byId.read('abc', 'Look into the docs.')).toThrow(
      expect.objectContaining({
        response: expect.objectContaining({ code: 'MSG_BAD_REQUEST', remedy: 'Look into the docs.' }),
      }),
    );
  });

  it('is returned only where another page follows', () => {
    const position = (at: string) => ({ at, id: 'x' });
    expect(byId.pageOf(['a', 'b'], 2, position)).toEqual({ rows: ['a', 'b'], nextCursor: null });
    const nextCursor = byId.encode(position('b'));
    expect(byId.pageOf(['a', 'b', 'c'], 2, position)).toEqual({ rows: ['a', 'b'], nextCursor });
    expect(byId.pageOf([], 2, position)).toEqual({ rows: [], nextCursor: null });
  });
});
