import { describe, expect, it } from '@jest/globals';
import { progressOf } from './operation-state.policy.ts';
import type { OperationWord } from './operation.ts';

const askedAt = new Date('2030-01-31T12:00:00Z');
const soon = askedAt.getTime() + 1_000;
const later = askedAt.getTime() + 60_000;
const word = (
  service: OperationWord['service'],
  state: OperationWord['state'],
  counts: OperationWord['counts'] = {},
): OperationWord => ({ service, seq: 1, state, counts, reason: null, at: '2030-01-31T12:00:01Z' });
const of = (...words: OperationWord[]) => ({
  services: ['email', 'sms'] as OperationWord['service'][],
  words,
  askedAt,
  publishedAt: null,
});

describe('an operation', () => {
  it.each([
    ['requested', []],
    ['accepted', [word('email', 'accepted')]],
    ['accepted', [word('email', 'accepted'), word('sms', 'accepted')]],
    ['running', [word('email', 'done'), word('sms', 'accepted')]],
    ['running', [word('email', 'done')]],
    ['done', [word('email', 'done'), word('sms', 'done')]],
    ['stopped', [word('email', 'done'), word('sms', 'stopped')]],
    ['failed', [word('email', 'failed'), word('sms', 'stopped')]],
    ['running', [word('email', 'failed')]],
  ] as const)('is %s where its services say so', (state, words) =>
    expect(progressOf(of(...words), soon).state).toBe(state),
  );

  it('names after a minute who has said nothing, and nobody before', () => {
    const half = of(word('email', 'running'));
    expect(progressOf(half, soon).missing).toEqual([]);
    expect(progressOf(half, later).missing).toEqual(['sms']);
    expect(progressOf(of(), later).missing).toEqual(['email', 'sms']);
    expect(progressOf(of(word('email', 'done'), word('sms', 'accepted')), later).missing).toEqual([]);
  });

  it('counts what all its services have done, and no word of another service', () => {
    const words = [word('email', 'done', { lifted: 2, unknown: 1 }), word('sms', 'done', { lifted: 3 })];
    expect(progressOf(of(...words, word('retry', 'failed', { lifted: 100 })), soon)).toEqual({
      state: 'done',
      missing: [],
      counts: { lifted: 5, unknown: 1 },
    });
  });
});
