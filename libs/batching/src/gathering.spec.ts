import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Gathering, type GatheringOptions } from './gathering.ts';

/** The batches that were started; each stays in work until the test ends it. */
function watched(options: Partial<GatheringOptions> = {}) {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const gathering = new Gathering<number>({ size: 100, lingerMs: 1, ...options }, (items) => {
    batches.push([...items]);
    return new Promise((resolve) => ends.push(resolve));
  });
  const add = (...items: number[]) => items.forEach((item) => gathering.add(item));
  return { batches, add, end: () => ends.shift()!() };
}

describe('items that are gathered', () => {
  it('go together when they arrive together, in their order', async () => {
    const { batches, add } = watched();
    add(1, 2, 3);
    expect(batches).toEqual([]);
    await delay(15);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('go with those of the same turn of the event loop, where no linger is set', async () => {
    const { batches, add } = watched({ lingerMs: 0 });
    add(1, 2);
    await Promise.resolve();
    expect(batches).toEqual([[1, 2]]);
  });

  it('do not wait for others while the load is low, however long they would while it is high', async () => {
    const { batches, add, end } = watched({ lingerMs: 60_000 });
    for (const item of [1, 2, 3]) {
      add(item);
      await delay(15);
      end();
      await delay(1);
    }
    expect(batches).toEqual([[1], [2], [3]]);
  });

  it('wait for others once many have gone together', async () => {
    const { batches, add, end } = watched({ lingerMs: 100 });
    add(1, 2, 3, 4, 5, 6, 7, 8);
    await delay(15);
    end();
    add(9);
    await delay(15);
    add(10);
    expect(batches).toHaveLength(1);
    await delay(150);
    expect(batches.slice(1)).toEqual([[9, 10]]);
  });

  it('wait while a batch is in work, and go as soon as it is done', async () => {
    const { batches, add, end } = watched();
    add(1);
    await delay(15);
    add(2);
    await delay(15);
    add(3);
    expect(batches).toEqual([[1]]);
    end();
    await delay(5);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('do not wait for a batch that hangs', async () => {
    const { batches, add } = watched();
    add(1);
    await delay(15);
    add(2);
    await delay(160);
    expect(batches).toEqual([[1], [2]]);
  });

  it('go at once when a batch is full, and never in a larger one', async () => {
    const { batches, add, end } = watched({ size: 2, lingerMs: 300 });
    add(1, 2);
    expect(batches).toEqual([[1, 2]]);
    const slow = watched({ size: 2 });
    slow.add(1, 2, 3, 4, 5);
    await delay(15);
    slow.end();
    await delay(25);
    slow.end();
    await delay(25);
    expect(slow.batches).toEqual([[1, 2], [3, 4], [5]]);
    end();
  });
});
