import { describe, expect, it } from '@jest/globals';
import { Overheard } from './overheard.ts';

const secret = ['ada@inbox.test', '+12025550123', 'SG.secret'];

describe('collected output', () => {
  it.each<[string, unknown, string]>([
    ['a result', { sent: false, failure: { meaning: 'no such user Ada@inbox.test' } }, 'ada@inbox.test'],
    ['an address in a URL', 'GET /emails?to=ada%40inbox.test', 'ada@inbox.test'],
    ['a number without its plus', { span: { attributes: { to: '12025550123' } } }, '+12025550123'],
    ['a log line', [{ level: 'warn', authorization: 'Bearer SG.secret' }], 'SG.secret'],
  ])('reveals %s', (_, said, word) => {
    const heard = new Overheard();
    heard.add(said);
    expect(heard.leaked(secret)).toEqual([word]);
  });

  it('reveals what an error contains, down to its cause', async () => {
    const heard = new Overheard();
    const error = Object.assign(
      new Error('no', { cause: Object.assign(new Error('refused'), { request: { to: 'ada@inbox.test' } }) }),
      { key: 'SG.secret' },
    );
    await expect(heard.note(Promise.reject(error))).rejects.toBe(error);
    expect(heard.leaked(secret)).toEqual(['ada@inbox.test', 'SG.secret']);
  });

  it('reveals nothing that was not written', async () => {
    const heard = new Overheard();
    expect(await heard.note(Promise.resolve({ mask: 'a***@inbox.test' }))).toEqual({ mask: 'a***@inbox.test' });
    expect(heard.leaked(secret)).toEqual([]);
  });
});
