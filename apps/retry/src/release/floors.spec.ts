import type { Lane } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { Floors } from './floors.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');
const row = (lane: Lane, secondsBeforeNoon: number) => ({ lane, due_at: new Date(noon - secondsBeforeNoon * 1_000) });
const from = (secondsBeforeNoon: number) => new Date(noon - secondsBeforeNoon * 1_000).toISOString();

describe('From where on the schedule is looked at', () => {
  const take = (floors: Floors, at: number, rows: ReturnType<typeof row>[], took = 1) => {
    const look = floors.look(at);
    const all = floors.all();
    floors.taken(rows, noon, { ...look, endedAt: at + took });
    return all;
  };

  it('is from the start at first, and then from what each lane has given last', () => {
    const floors = new Floors();
    expect(take(floors, 0, [row('urgent', 60), row('urgent', 50), row('bulk', 3_600)])).toEqual([
      '-infinity',
      '-infinity',
      '-infinity',
    ]);
    expect(take(floors, 10, [row('urgent', 40)])).toEqual([from(50), '-infinity', from(3_600)]);
    expect(take(floors, 20, [])).toEqual([from(40), '-infinity', from(3_600)]);
  });

  it('leaves room for what is written a little later than it is due', () => {
    const floors = new Floors();
    take(floors, 0, [row('urgent', 1)]);
    expect(take(floors, 10, [])[0]).toBe(from(5));
  });

  it('is from the start again after a second, and goes back to what was left behind', () => {
    const floors = new Floors();
    take(floors, 0, [row('bulk', 60)]);
    expect(take(floors, 1_002, [row('bulk', 7_200)])[2]).toBe('-infinity');
    expect(take(floors, 1_010, [])[2]).toBe(from(7_200));
  });

  it('is from the start less often the longer that takes, but every eight seconds', () => {
    const floors = new Floors();
    take(floors, 0, [row('bulk', 60)], 200);
    expect(take(floors, 4_100, [])[2]).toBe(from(60));
    expect(take(floors, 4_201, [], 60_000)[2]).toBe('-infinity');
    expect(take(floors, 64_201 + 7_900, [])[2]).toBe(from(60));
    expect(take(floors, 64_201 + 8_001, [])[2]).toBe('-infinity');
  });
});
