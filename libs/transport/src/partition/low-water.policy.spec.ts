import { describe, expect, it } from '@jest/globals';
import { advance, type Mark, readUpTo } from './low-water.policy.ts';

const at = (second: number) => new Date(Date.UTC(2030, 0, 31, 12, 0, second));
const offsets = (...of: number[]) => new Map(of.map((offset, partition) => [`topic/${partition}`, offset]));
const mark = (second: number, ...ends: number[]): Mark => ({ at: at(second), ends: offsets(...ends) });

describe('How far a topic has been read', () => {
  it('is the latest moment at which every partition ended no later than it is read now', () => {
    const marks = [mark(1, 5, 5), mark(2, 8, 5)];
    const positions = [offsets(9, 6)];
    const advanced = advance(marks, mark(3, 12, 6), positions);
    expect(readUpTo(advanced, positions)).toEqual(at(2));
    expect(advanced).toHaveLength(2);
  });

  it('is now where nothing more has come: a partition without traffic holds nobody back', () => {
    const positions = [offsets(5, 0)];
    expect(readUpTo(advance([], mark(1, 5, 0), positions), positions)).toEqual(at(1));
  });

  it('is unknown while one partition of one group lags behind', () => {
    const positions = [offsets(5, 5), offsets(5, 4)];
    expect(readUpTo(advance([], mark(1, 5, 5), positions), positions)).toBeUndefined();
  });

  it('becomes known in the end however fast new records arrive', () => {
    let marks: Mark[] = [];
    for (let second = 0; second < 500; second += 1)
      marks = advance(marks, mark(second, 1_000 + 10 * second), [offsets(0)]);
    expect(marks).toHaveLength(100);
    const positions = [offsets(1_495)];
    marks = advance(marks, mark(500, 6_000), positions);
    expect(readUpTo(marks, positions)).toEqual(at(49));
    expect(advance(marks, mark(501, 6_010), positions).at(-1)).toEqual(mark(501, 6_010));
  });
});
