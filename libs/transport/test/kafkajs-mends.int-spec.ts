import { setTimeout as delay } from 'node:timers/promises';
import { withAdmin } from '#libs/testing';
import { afterEach, describe, expect, it, jest } from '@jest/globals';

describe('kafkajs with our patches', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('sets no timer in the past, and none over and over while it is idle', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    await withAdmin(async (admin) => {
      await admin.listTopics();
      const before = timers.mock.calls.length;
      await delay(500);
      expect(timers.mock.calls.length - before).toBeLessThan(5);
    });
    expect(timers.mock.calls.filter(([, ms]) => (ms ?? 0) < 0)).toEqual([]);
  });
});
