import type { Lane } from '#libs/contracts';
import { freshCredits, nextLane } from './lanes.policy.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const all: Lane[] = ['urgent', 'transactional', 'bulk'];

/** Who goes, turn by turn. */
function turns(wants: readonly Lane[][]): Lane[] {
  let credits = freshCredits;
  return wants.map((lanes) => {
    const next = nextLane(credits, lanes, lanes)!;
    credits = next.credits;
    return next.lane;
  });
}
const share = (of: Lane, gone: readonly Lane[]) => gone.filter((lane) => lane === of).length / gone.length;

describe('the order of lanes', () => {
  it('is urgent first, and leaves every lane its part of a flood', () => {
    const gone = turns(Array.from({ length: 1_000 }, () => all));
    expect(gone[0]).toBe('urgent');
    expect(all.map((lane) => share(lane, gone))).toEqual([0.8, 0.16, 0.04]);
  });

  it('lets an urgent message that just came go next, whatever the other lanes have saved up', () => {
    const flood = fc.array(fc.constantFrom<Lane[]>(['bulk'], ['transactional', 'bulk'], ['transactional']), {
      maxLength: 200,
    });
    fc.assert(fc.property(flood, (wants) => expect(turns([...wants, all]).at(-1)).toBe('urgent')));
  });

  it('starves no lane that could go, whatever the others do', () => {
    const others = fc.array(fc.subarray<Lane>(['urgent', 'transactional']), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(others, (wants) => expect(turns(wants.map((lanes) => [...lanes, 'bulk']))).toContain('bulk')),
    );
  });

  it('keeps what a lane has saved while it waits for something else', () => {
    let credits = nextLane(freshCredits, all, all)!.credits;
    const saved = credits.bulk;
    credits = nextLane(credits, ['urgent'], ['urgent', 'bulk'])!.credits;
    expect([saved, credits.bulk, credits.transactional]).toEqual([4, 4, 0]);
  });

  it('names none where none may go', () => {
    expect(nextLane(freshCredits, [], all)).toBeUndefined();
  });
});
