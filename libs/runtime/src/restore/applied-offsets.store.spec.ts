import type { Pool } from '#libs/persistence';
import { describe, expect, it } from '@jest/globals';
import { AppliedOffsets } from './applied-offsets.store.ts';

interface Answer {
  rows: object[];
}

/** A database that answers when the test says so: what is asked first may be answered last. */
function aSlowPool() {
  const waiting: ((answer: Answer) => void)[] = [];
  const query = () => new Promise<Answer>((resolve) => waiting.push(resolve));
  return { pool: { query } as unknown as Pool, answer: (at: number, rows: object[]) => waiting[at]!({ rows }) };
}

describe('The offsets that a process has seen', () => {
  it('are not missed in what was read before they were written: that would look like a restore', async () => {
    const { pool, answer } = aSlowPool();
    const offsets = new AppliedOffsets(pool, 'email');
    const begun = offsets.begin();
    answer(0, [{ name: 't/0', offset: 5 }]);
    await begun;

    const looking = offsets.wasSetBack();
    const keeping = offsets.keep(new Map([['t/0', 9]]));
    answer(2, [{ topic: 't', partition: 0, next_offset: 9 }]);
    expect(await keeping).toBe(true);
    // As the table was before.
    answer(1, [{ name: 't/0', offset: 5 }]);
    expect(await looking).toBe(false);

    const again = offsets.wasSetBack();
    answer(3, [{ name: 't/0', offset: 5 }]);
    expect(await again).toBe(true);
  });
});
