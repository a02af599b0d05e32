import { InfrastructureDown } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { backOffMs, Stopping, untilUp } from './until-up.ts';

const down = new InfrastructureDown('postgres', 'claim');

/** A step that fails this often, and the waits between the attempts. */
function aStep(failures: number, error: unknown = down) {
  const [waits, warnings, stop]: [number[], string[], AbortController] = [[], [], new AbortController()];
  let left = failures;
  const options = {
    stopping: stop.signal,
    logger: { warn: (_: object, message: string) => void warnings.push(message) } as never,
    wait: (ms: number) => Promise.resolve(void waits.push(ms)),
    firstWaitMs: 100,
  };
  const step = () => (left-- > 0 ? Promise.reject(error as Error) : Promise.resolve('done'));
  return { options, step, waits, warnings, stop };
}

describe('waiting for what is down', () => {
  it('retries after waits that double, five seconds at most', async () => {
    const { options, step, waits, warnings } = aStep(8);
    await expect(untilUp(options, step)).resolves.toBe('done');
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(new Set(warnings)).toEqual(new Set(['waiting for a dependency']));
  });

  it('never waits longer than five seconds, however often it has failed', () => {
    expect(backOffMs(100_000, 250)).toBe(5_000);
  });

  it('throws at once what waiting cannot help', async () => {
    const { options, step, waits } = aStep(1, new TypeError('a bug'));
    await expect(untilUp(options, step)).rejects.toThrow('a bug');
    expect(waits).toEqual([]);
  });

  it('waits for other errors where it is configured to', async () => {
    const { options, step } = aStep(1, new TypeError('not there yet'));
    await expect(untilUp({ ...options, canWait: () => true }, step)).resolves.toBe('done');
  });

  it('tries once although the service stops, and does not wait then', async () => {
    const { options, step, stop, waits } = aStep(1);
    stop.abort();
    await expect(untilUp(options, () => Promise.resolve('settled'))).resolves.toBe('settled');
    await expect(untilUp(options, step)).rejects.toThrow(Stopping);
    expect(waits).toEqual([]);
  });

  it('ends a wait when the service stops', async () => {
    const { options, step, stop } = aStep(1);
    const { wait: _, ...really } = options;
    const waiting = untilUp({ ...really, firstWaitMs: 60_000 }, step);
    setImmediate(() => stop.abort());
    await expect(waiting).rejects.toThrow(Stopping);
  });
});
