import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { gather } from './micro-batch.ts';

const never = () => false;

describe('entries that are gathered', () => {
  it('go together when they arrive together, each with its own result', async () => {
    const sizes: number[] = [];
    const doubled = gather<number, number>({ size: 100, lingerMs: 1, isOneEntrys: never }, (entries) => {
      sizes.push(entries.length);
      return Promise.resolve(entries.map((entry) => entry * 2));
    });
    expect(await Promise.all([1, 2, 3].map((entry) => doubled.add(entry)))).toEqual([2, 4, 6]);
    expect(sizes).toEqual([3]);
  });

  it('wait while a batch is in work, so that slow work makes batches larger, not more numerous', async () => {
    const sizes: number[] = [];
    const slow = gather<number, number>({ size: 1_000, lingerMs: 1, isOneEntrys: never }, async (entries) => {
      sizes.push(entries.length);
      await delay(40);
      return [...entries];
    });
    const answers: Promise<number>[] = [];
    for (let entry = 0; entry < 30; entry += 1) {
      answers.push(slow.add(entry));
      await delay(2);
    }
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 30 }, (_, entry) => entry));
    // Without waiting nearly every entry would be a batch of its own.
    expect(sizes.length).toBeLessThanOrEqual(8);
  });

  it('do not wait for a batch that hangs', async () => {
    const held = Promise.withResolvers<void>();
    const batches = gather<string, string>({ size: 10, lingerMs: 1, isOneEntrys: never }, async (entries) => {
      if (entries.includes('held')) await held.promise;
      return [...entries];
    });
    const first = batches.add('held');
    await delay(10);
    expect(await batches.add('next')).toBe('next');
    held.resolve();
    expect(await first).toBe('held');
  });

  it('never go in batches larger than the limit', async () => {
    const sizes: number[] = [];
    const small = gather<number, number>({ size: 4, lingerMs: 1, isOneEntrys: never }, (entries) => {
      sizes.push(entries.length);
      return Promise.resolve([...entries]);
    });
    await Promise.all(Array.from({ length: 10 }, (_, entry) => small.add(entry)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('fail alone where an error may be the fault of single entries', async () => {
    const picky = gather<number, number>(
      { size: 100, lingerMs: 1, isOneEntrys: (error) => error instanceof RangeError },
      (entries) => (entries.includes(13) ? Promise.reject(new RangeError('13')) : Promise.resolve([...entries])),
    );
    const answers = await Promise.allSettled([11, 12, 13, 14].map((entry) => picky.add(entry)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('fail together where the error is not the fault of one entry', async () => {
    let calls = 0;
    const down = gather<number, number>(
      { size: 100, lingerMs: 1, isOneEntrys: (error) => error instanceof RangeError },
      () => {
        calls += 1;
        return Promise.reject(new Error('down'));
      },
    );
    const answers = await Promise.allSettled([1, 2, 3].map((entry) => down.add(entry)));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls).toBe(1);
  });
});
