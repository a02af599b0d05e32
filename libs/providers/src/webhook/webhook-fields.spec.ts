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

describe('an event as far as it is as described', () => {
  it.each([null, 7, [], {}, true, 'far too long', ''])('lacks a text that is %j, and keeps the rest', (id) => {
    expect(read({ id, bounce: { type: 'hard' }, more: 1 })).toMatchObject({ bounce: { type: 'hard' }, more: 1 });
    expect(read({ id }).id).toBeUndefined();
  });

  it('reads names and values as an object or as a list, and leaves out what is no text', () => {
    expect(read({ tags: { a: '1', b: 2, c: null } }).tags).toEqual({ a: '1' });
    expect(read({ tags: [{ name: 'a', value: '1' }, { name: 'b' }, null, 'c'] }).tags).toEqual({ a: '1' });
    for (const tags of [null, 'a', 7]) expect(read({ tags }).tags).toBeUndefined();
  });

  it('reads one text as a list of one, and of a list what is text, up to its most', () => {
    expect(read({ to: 'a' }).to).toEqual(['a']);
    expect(read({ to: ['a', null, {}, 'b', 'c'] }).to).toEqual(['a', 'b']);
    for (const to of [null, {}, 7]) expect(read({ to }).to).toBeUndefined();
  });

  it('names what is odd in it, inner fields too, and nothing that is only missing', () => {
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
  it('has texts that can be stored, whatever stood in them', () => {
    expect(readJson(Buffer.from('\uFEFF{"a":"x\\ud800y","b":["\\u0000"]}'))).toEqual({
      value: { a: 'x\uFFFDy', b: [''] },
    });
  });

  it('can be written again however deeply it is nested', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(JSON.parse(bytesOf(readJson(Buffer.from(deep))!.value).toString())).toBeInstanceOf(Array);
    expect(bytesOf({ a: [1] }).toString()).toBe('{"a":[1]}');
  });

  it('is null or a text as well, and none where the bytes are no JSON', () => {
    expect([readJson(Buffer.from('null')), readJson(Buffer.from('')), readJson(Buffer.from('{"a":'))]).toEqual([
      { value: null },
      undefined,
      undefined,
    ]);
  });
});
