import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Undisturbed } from './undisturbed.ts';

describe('a restore that is left alone', () => {
  it('begins so long after the last fault, and the next one waits until it is done', async () => {
    const undisturbed = new Undisturbed();
    const seen: string[] = [];
    const fault = (name: string, ms: number) =>
      undisturbed.fault(async () => {
        await delay(ms);
        seen.push(name);
      });
    const first = fault('first', 150);
    const begun = performance.now();
    const restore = undisturbed.work(200, async () => {
      expect(performance.now() - begun).toBeGreaterThanOrEqual(340);
      await delay(50);
      seen.push('restore');
    });
    await Promise.all([first, restore, fault('second', 0)]);
    expect(seen).toEqual(['first', 'restore', 'second']);
  });
});
