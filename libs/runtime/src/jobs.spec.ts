import { setImmediate as turn } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Jobs, waitAfter } from './jobs.ts';

describe('the jobs of a service', () => {
  let stop = new AbortController();
  afterEach(() => stop.abort());

  function theJobs() {
    stop = new AbortController();
    return new Jobs({ logger: createLogger('test', 'silent'), stopping: stop.signal });
  }

  it('run again at once while there is more to do, then pause', async () => {
    const jobs = theJobs();
    let rounds = 0;
    jobs.add({ name: 'cleanup', everyMs: 60_000, round: () => Promise.resolve({ more: ++rounds < 3 }) });
    jobs.start();
    for (let count = 0; count < 100 && rounds < 3; count += 1) await new Promise((go) => setTimeout(go, 2));
    await turn();
    expect(rounds).toBe(3);
  });

  it.each([new InfrastructureDown('postgres', 'cleanup'), new TypeError('a bug')])(
    'continue after a round that failed with %s, and do not affect each other',
    async (error) => {
      const jobs = theJobs();
      let [failed, worked] = [0, 0];
      jobs.add({ name: 'fails', everyMs: 1, round: () => ((failed += 1), Promise.reject(error)) });
      jobs.add({ name: 'works', everyMs: 1, round: () => Promise.resolve(void (worked += 1)) });
      jobs.start();
      for (let count = 0; count < 500 && (failed < 3 || worked < 3); count += 1)
        await new Promise((go) => setTimeout(go, 2));
      expect([failed >= 3, worked >= 3]).toEqual([true, true]);
    },
  );

  it('that fail three times in a row are a concern, until they succeed again', async () => {
    const jobs = theJobs();
    let [rounds, broken] = [0, true];
    jobs.add({
      name: 'cleanup',
      everyMs: 1,
      round: () => ((rounds += 1), broken ? Promise.reject(new TypeError('a bug')) : Promise.resolve()),
    });
    const until = async (isDone: () => boolean) => {
      for (let tries = 0; tries < 500 && !isDone(); tries += 1) await new Promise((go) => setTimeout(go, 2));
    };
    expect(jobs.concern()).toBeUndefined();
    jobs.start();
    await until(() => jobs.concern() !== undefined);
    expect(rounds).toBeGreaterThanOrEqual(3);
    expect(jobs.concern()?.meaning).toContain('cleanup');
    broken = false;
    await until(() => jobs.concern() === undefined);
    expect(jobs.concern()).toBeUndefined();
  });

  it.each([
    [1, 250, 250],
    [3, 250, 1_000],
    [9, 250, 5_000],
    [1, 3_600_000, 1_000],
    [4, 3_600_000, 8_000],
    [30, 3_600_000, 3_600_000],
  ])('wait after %i failures of a job of every %i ms for %i ms', (failures, everyMs, expected) => {
    expect(waitAfter(failures, everyMs)).toBe(expected);
  });

  it('have ended when their last rounds are over and their resources are closed', async () => {
    const jobs = theJobs();
    const seen: string[] = [];
    let finish = () => undefined as void;
    jobs.add({
      name: 'slow',
      everyMs: 60_000,
      round: async () => {
        await new Promise<void>((go) => (finish = go));
        seen.push('round');
      },
      close: () => Promise.resolve(void seen.push('closed')),
    });
    jobs.start();
    stop.abort();
    const ended = jobs.ended().then(() => seen.push('ended'));
    await turn();
    expect(seen).toEqual([]);
    finish();
    await ended;
    expect(seen).toEqual(['round', 'closed', 'ended']);
  });
});
