import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WaitingGauges } from './waiting-gauges.service.ts';

describe('The gauges of what retry keeps', () => {
  let countTakesMs: number;
  let fails: boolean;
  let counts: number;
  let gauges: WaitingGauges;
  const kept = { scheduled: 3, parked: 2, openLetters: 1 };

  beforeEach(() => {
    jest.useFakeTimers();
    countTakesMs = 200;
    fails = false;
    counts = 0;
    const count = () => {
      counts += 1;
      jest.advanceTimersByTime(countTakesMs);
      return fails ? Promise.reject(new Error('it ran out of its time')) : Promise.resolve(kept);
    };
    gauges = new WaitingGauges({ count, latenessS: () => Promise.resolve(counts) }, { add: () => undefined });
  });
  afterEach(() => void jest.useRealTimers());

  it('are counted again after a hundred times as long as a count took; lateness is looked at every time', async () => {
    await gauges.round();
    jest.advanceTimersByTime(19_000);
    await gauges.round();
    expect({ counts, last: gauges.last }).toEqual({ counts: 1, last: { ...kept, latenessS: 1 } });
    jest.advanceTimersByTime(1_000);
    await gauges.round();
    expect(counts).toBe(2);
  });

  it('are never older than five minutes', async () => {
    countTakesMs = 20_000;
    await gauges.round();
    jest.advanceTimersByTime(300_000);
    await gauges.round();
    expect(counts).toBe(2);
  });

  it('rest also after a count that failed, and show nothing meanwhile', async () => {
    fails = true;
    await expect(gauges.round()).rejects.toThrow('ran out');
    expect(gauges.last.scheduled).toBeNaN();
    await gauges.round();
    expect({ counts, scheduled: gauges.last.scheduled }).toEqual({ counts: 1, scheduled: NaN });
  });
});
