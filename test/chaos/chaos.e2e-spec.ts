import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { type Figures, mustBeZero } from './check/check.policy.ts';
import type { OutageFigures } from './outage/outage.policy.ts';

const script = join(import.meta.dirname, '..', '..', 'tools', 'chaos.ts');

interface Run<F> {
  code: number | null;
  figures: F;
  /** What a person would read; tells why a run did not end well. */
  reported: string;
}

/** A system of its own, as `npm run chaos` runs it; it stops with this process, however that ends. */
async function chaos<F extends object = Figures>(...args: string[]): Promise<Run<F>> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=TimeoutNegativeWarning', script, ...args, '--json', '--with-parent'],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, reported, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (out.trim() === '') throw new Error(`the run ended with ${code} and no figures:\n${reported}`);
  return { code, reported, figures: JSON.parse(out) as F };
}

describe('the system under chaos', () => {
  it('loses nothing, sends nothing twice, keeps the order of each key, and ends every message', async () => {
    const { code, figures, reported } = await chaos(...'--messages 2000 --kills 8 --restores 0 --seed 8'.split(' '));
    if (code !== 0) throw new Error(reported);
    expect(figures).toMatchObject({ published: 2_000, ...Object.fromEntries(mustBeZero.map((name) => [name, 0])) });
    for (const tried of Object.values({ ...figures.exercised, ambiguous: figures.ambiguous.total }))
      expect(tried).toBeGreaterThan(0);
  }, 400_000);
});

describe('the only provider is away', () => {
  it('for a compressed hour: few calls meanwhile, no herd after it, nothing lost, nothing sent twice', async () => {
    // So few calls at a time that the machine does not decide how many fail until the circuit is open.
    const order = 'outage --messages 5000 --replicas 1 --second 0 --rate 150 --calls 40';
    const { code, figures, reported } = await chaos<OutageFigures>(...order.split(' '));
    if (code !== 0) throw new Error(reported);
    expect(figures).toMatchObject({ messages: 5_000, outageS: expect.any(Number), mostHops: expect.any(Number) });
  }, 240_000);
});

describe('a seeded bug is found by the checker:', () => {
  it('committing before publishing loses messages', async () => {
    const { code, figures } = await chaos('--seeded-bug', 'commits-before-publishing', '--seed', '1');
    expect(code).toBe(1);
    expect(figures.lost).toBeGreaterThan(0);
  }, 180_000);

  it('ignoring the lease sends messages twice', async () => {
    const { code, figures } = await chaos('--seeded-bug', 'ignores-the-lease', '--seed', '1');
    expect(code).toBe(1);
    expect(figures.duplicateSends).toBeGreaterThan(0);
  }, 180_000);

  it('claiming by id instead of token sends messages twice', async () => {
    const { code, figures } = await chaos('--seeded-bug', 'claims-by-id', '--seed', '1');
    expect(code).toBe(1);
    expect(figures.duplicateSends).toBeGreaterThan(0);
  }, 180_000);
});
