import { describe, expect, it } from '@jest/globals';
import type { BatchFault, UndecodableBatch } from '../fetch/unread.ts';
import { UnreadBatches } from './unread-batches.ts';

const batch = (fault: BatchFault, baseOffset = 5): UndecodableBatch => ({
  fault,
  detail: '',
  baseOffset,
  firstOffset: baseOffset,
  lastOffset: baseOffset,
  bytes: Buffer.alloc(0),
});

describe('a batch that cannot be decoded', () => {
  it.each(['crc', 'magic'] as const)(
    'is fetched once more for its %s: it may have been changed in transit',
    (fault) => {
      const unread = new UnreadBatches();
      expect([unread.judge(batch(fault)), unread.judge(batch(fault))]).toEqual(['again', 'quarantined']);
    },
  );

  it.each(['codec', 'compression', 'records'] as const)(
    'is quarantined at once for its %s: it was written so',
    (fault) => {
      expect(new UnreadBatches().judge(batch(fault))).toBe('quarantined');
    },
  );

  it('is quarantined once, in however many steps the consumer passes it', () => {
    const unread = new UnreadBatches();
    expect(Array.from({ length: 4 }, () => unread.judge(batch('crc')))).toEqual([
      'again',
      'quarantined',
      'reported',
      'reported',
    ]);
    expect(unread.judge(batch('codec', 9))).toBe('quarantined');
  });
});
