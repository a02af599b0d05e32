import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, pageOf } from './cursor.policy.ts';
import { isFinal, summarise } from './summary/summary.policy.ts';

describe('a cursor', () => {
  it('leads back to where a page ended', () => {
    const times = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
    fc.assert(
      fc.property(times, fc.uuid(), (at, id) => expect(decodeCursor(encodeCursor({ at, id }))).toEqual({ at, id })),
    );
  });

  it('that is not ours is told from one that is', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeCursor(text)).toBeUndefined()));
  });

  it('is given only where another page follows', () => {
    const position = (at: string) => ({ at, id: 'x' });
    expect(pageOf(['a', 'b'], 2, position)).toEqual({ rows: ['a', 'b'], nextCursor: null });
    expect(pageOf(['a', 'b', 'c'], 2, position)).toEqual({ rows: ['a', 'b'], nextCursor: encodeCursor(position('b')) });
    expect(pageOf([], 2, position)).toEqual({ rows: [], nextCursor: null });
  });
});

describe('a summary', () => {
  it('adds up by channel and status', () => {
    const counts = [
      { channel: 'email', status: 'delivered', count: 98 },
      { channel: 'email', status: 'bounced', count: 2 },
    ] as const;
    expect(summarise(counts)).toEqual({
      total: 100,
      channels: { email: { total: 100, delivered: 98, bounced: 2 }, sms: { total: 0 } },
    });
  });
});

describe('a message that was sent', () => {
  const hour = 3_600_000;
  const sent = { status: 'sent', final: false, statusAtMs: 0 };

  it('is final once the receipt window has passed without a receipt', () => {
    expect(isFinal(sent, 72 * hour - 1, 72 * hour)).toBe(false);
    expect(isFinal(sent, 72 * hour, 72 * hour)).toBe(true);
  });

  it('stays open while something else is still to come', () => {
    expect(isFinal({ ...sent, status: 'delayed' }, 100 * hour, 72 * hour)).toBe(false);
    expect(isFinal({ ...sent, status: 'bounced', final: true }, 0, 72 * hour)).toBe(true);
  });
});
