import type { Lane } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { beyondParkedLimits, type ParkedEvidence, parkedFigures } from './parked.policy.ts';

const from = Date.parse('2030-01-31T12:00:00Z');
const seconds = 20;
const ids = Array.from({ length: 1_000 }, (_, index) => `m-${index}`);
const laneOf = (index: number): Lane => (index % 10 < 8 ? 'urgent' : 'bulk');

/** Ten a second, four in five of them urgent. */
const evidence = (more: Partial<ParkedEvidence> = {}): ParkedEvidence => ({
  from,
  to: from + seconds * 1_000,
  lanes: new Map(ids.map((messageId, index) => [messageId, laneOf(index)])),
  releasedAt: Array.from({ length: 200 }, (_, index) => from + index * 100),
  accepted: ids.slice(0, 200).map((messageId, index) => ({ messageId, at: from + index * 100 })),
  waiting: new Set(ids.slice(200)),
  ...more,
});

describe('The figures of parked messages that leave', () => {
  it('are within the limits at ten a second with four urgent ones of five', () => {
    const figures = parkedFigures(evidence());
    expect(figures).toMatchObject({ mostReleasedInASecond: 10, acceptedPerS: 10, urgentShare: 0.8, lost: 0 });
    expect(beyondParkedLimits(figures)).toEqual([]);
  });

  it.each([
    ['a ramp that went on', { releasedAt: Array.from({ length: 40 }, (_, index) => from + index * 25) }, '40 released'],
    ['a standstill', { accepted: [{ messageId: 'm-0', at: from }], waiting: new Set(ids.slice(1)) }, 'were taken'],
    ['a lane that waits', { lanes: new Map(ids.map((id) => [id, 'bulk'])) }, 'were urgent'],
    [
      'one that was sent twice',
      { accepted: [...evidence().accepted, { messageId: 'm-0', at: from + 1 }] },
      '1 were sent twice',
    ],
    ['one that was lost', { waiting: new Set(ids.slice(201)) }, '1 were lost'],
  ] as const)('name %s', (_, more, words) => {
    const beyond = beyondParkedLimits(parkedFigures(evidence(more as Partial<ParkedEvidence>)));
    expect(beyond.join('; ')).toContain(words);
  });
});
