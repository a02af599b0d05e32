import { Engagement, Notice, Status } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { makesMessage, MOST_ENGAGEMENTS, withinBounds } from './admission.policy.ts';

const opens = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ eventId: `open-${from + index}`, status: 'opened' as const }));

describe('a message is made known', () => {
  it.each(['request', 'email', 'sms', 'retry'] as const)('by the word of %s about its way', (source) => {
    for (const status of Status.options) expect(makesMessage({ status, source })).toBe(true);
  });

  it.each(['receipt', 'lookup'] as const)('never by a %s', (source) => {
    for (const status of Status.options) expect(makesMessage({ status, source })).toBe(false);
  });

  it('never by what a recipient did, nor by a notice, whoever reports it', () => {
    for (const status of [...Engagement.options, ...Notice.options])
      expect(makesMessage({ status, source: 'email' })).toBe(false);
  });
});

describe('of one engagement of one message', () => {
  it(`the first ${MOST_ENGAGEMENTS} facts are kept, and repeats of those take no place`, () => {
    const known = new Set(opens(0, 99).map(({ eventId }) => eventId));
    const kept = withinBounds(opens(90, 120), new Map([['opened', 99]]), (id) => known.has(id));
    expect(kept.map(({ eventId }) => eventId)).toEqual(
      [...opens(90, 99), ...opens(99, 100)].map((each) => each.eventId),
    );
  });

  it('others are bounded for themselves', () => {
    const clicked = { eventId: 'click', status: 'clicked' as const };
    expect(withinBounds([...opens(0, 1), clicked], new Map([['opened', MOST_ENGAGEMENTS]]), () => false)).toEqual([
      clicked,
    ]);
  });

  it('facts about its way are always kept', () => {
    const sent = { eventId: 'sent', status: 'sent' as const };
    expect(withinBounds([sent], new Map([['opened', MOST_ENGAGEMENTS]]), () => false)).toEqual([sent]);
  });
});
