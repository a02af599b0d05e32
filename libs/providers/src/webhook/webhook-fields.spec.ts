import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { bytesOf, readJson } from './webhook-body.ts';
import { oddFields, readAs } from './webhook-fields.ts';

const Event = z.looseObject({
  id: readAs.text(8),
  at: readAs.time(),
  to: readAs.list(2, 20),
  tags: readAs.named(),
  bounce: readAs.part({ type: readAs.text(8) }),
});
const read = (given: object) => Event.parse(given);

describe('the described fields of an event', () => {
  it.each([null, 7, [], {}, true, 'far too long', ''])(
    'do not include a text that is %j, and the rest is kept',
    (id) => {
      expect(read({ id, bounce: { type: 'hard' }, more: 1 })).toMatchObject({ bounce: { type: 'hard' }, more: 1 });
      expect(read({ id }).id).toBeUndefined();
    },
  );

  it('are read as an object or as a list of names and values, without values that are no text', () => {
    expect(read({ tags: { a: '1', b: 2, c: null } }).tags).toEqual({ a: '1' });
    expect(read({ tags: [{ name: 'a', value: '1' }, { name: 'b' }, null, 'c'] }).tags).toEqual({ a: '1' });
    for (const tags of [null, 'a', 7]) expect(read({ tags }).tags).toBeUndefined();
  });

  it('are read as a list of one where there is a single text, and a list is cut at its maximum', () => {
    expect(read({ to: 'a' }).to).toEqual(['a']);
    expect(read({ to: ['a', null, {}, 'b', 'c'] }).to).toEqual(['a', 'b']);
    for (const to of [null, {}, 7]) expect(read({ to }).to).toBeUndefined();
  });

  it('are named where they are invalid, nested ones too, and not where they are only missing', () => {
    const odd = (given: object) => oddFields(given, read(given));
    expect(odd({ id: 7, at: 'soon', to: {}, tags: 'x', bounce: { type: [], more: {} }, more: null })).toEqual([
      'id',
      'at',
      'to',
      'tags',
      'bounce.type',
    ]);
    expect(odd({ id: null, at: undefined, tags: '', bounce: null })).toEqual([]);
    expect(
      odd({ id: 'x', at: 1_795_435_205, to: ['a'], tags: { a: '1' }, bounce: { type: 'hard' }, mine: [{}] }),
    ).toEqual([]);
    expect(odd({ tags: [], to: 'a', bounce: 'hard' })).toEqual(['to', 'tags', 'bounce']);
  });
});

describe('the JSON of a webhook', () => {
  it('has texts that can be stored, whatever they contained', () => {
    expect(readJson(Buffer.from('\uFEFF{"a":"x\\ud800y","b":["\\u0000"]}'))).toEqual({
      value: { a: 'x\uFFFDy', b: [''] },
    });
  });

  it('can be serialised again however deeply it is nested', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(JSON.parse(bytesOf(readJson(Buffer.from(deep))!.value).toString())).toBeInstanceOf(Array);
    expect(bytesOf({ a: [1] }).toString()).toBe('{"a":[1]}');
  });

  it('may also be null or a text, and is undefined where the bytes are no JSON', () => {
    expect([readJson(Buffer.from('null')), readJson(Buffer.from('')), readJson(Buffer.from('{"a":'))]).toEqual([
      { value: null },
      undefined,
      undefined,
    ]);
  });
});
