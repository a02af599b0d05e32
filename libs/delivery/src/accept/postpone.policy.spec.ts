import { describe, expect, it } from '@jest/globals';
import { aDelivery } from '../../test/builders/a-delivery.ts';
import { notStarted } from './postpone.policy.ts';

const now = Date.UTC(2030, 0, 31, 12);
const inMs = (ms: number) => new Date(now + ms);

describe('A message whose lease expired before its request was written', () => {
  const waits = (hop: number, expiresInMs = 3_600_000) =>
    notStarted(aDelivery({ hop, expiresAt: inMs(expiresInMs) }), now);

  it('is retried soon, and later with each hop', () => {
    const untils = [1, 2, 30, 500]
      .map((hop) => waits(hop))
      .map((outcome) => outcome.kind === 'waiting' && Date.parse(outcome.until) - now);
    expect(untils).toEqual([1_000, 2_000, 30_000, 30_000]);
  });

  it('is retried before it expires', () => {
    expect(waits(20, 5_000)).toMatchObject({ kind: 'waiting', until: inMs(4_000).toISOString() });
  });

  it('ends once it has expired', () => {
    expect(waits(1, 0)).toMatchObject({ kind: 'expired', failure: { code: 'MSG_EXPIRED' } });
  });
});
