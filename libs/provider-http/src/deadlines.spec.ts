import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deadlines, type Timed } from './deadlines.ts';

describe('deadlines of the same duration', () => {
  let expired: string[];
  const named = (name: string, then = () => {}): Timed => ({
    dueAt: 0,
    expire: () => {
      expired.push(`${name} at ${Date.now()}`);
      then();
    },
  });

  beforeEach(() => {
    expired = [];
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => void jest.useRealTimers());

  it('end each call at its own time, with one timer for all', () => {
    const deadlines = new Deadlines(1_000);
    const second = named('second');
    deadlines.add(named('first'));
    jest.advanceTimersByTime(400);
    deadlines.add(second);
    deadlines.add(named('third'));
    expect(jest.getTimerCount()).toBe(1);
    deadlines.delete(second);
    jest.advanceTimersByTime(300);
    deadlines.add(named('fourth'));
    jest.advanceTimersByTime(10_000);
    expect(expired).toEqual(['first at 1000', 'third at 1400', 'fourth at 1700']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leave no timer where all calls have ended by themselves', () => {
    const deadlines = new Deadlines(1_000);
    const [one, other] = [named('one'), named('other')];
    deadlines.add(one);
    deadlines.add(other);
    deadlines.delete(one);
    deadlines.delete(other);
    deadlines.delete(other);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('allow another call to start when one is ended', () => {
    const deadlines = new Deadlines(1_000);
    deadlines.add(named('one', () => deadlines.add(named('next'))));
    deadlines.add(named('beside'));
    jest.advanceTimersByTime(5_000);
    expect(expired).toEqual(['one at 1000', 'beside at 1000', 'next at 2000']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
