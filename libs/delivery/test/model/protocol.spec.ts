import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Judgement } from './invariants.ts';
import { holds } from './run.ts';

// A failure prints its seed and path: MODEL_SEED=… MODEL_PATH=… replays that history. The same 3,000 histories run
// every time, so that a failure is caused by a change; MODEL_RUNS=10000 plays more of them (docs/chaos.md has what they
// found), and MODEL_SEED=$RANDOM others.
const { MODEL_RUNS = '3000', MODEL_SEED = '20261123', MODEL_PATH } = process.env;

describe('the delivery protocol, played in virtual time', () => {
  it('keeps every promise whatever is killed, paused, lost, late or repeated', async () => {
    const seen = { resentByPolicy: 0, together: 0, leftOut: 0 };
    const count = (played: Judgement) => {
      for (const what of ['resentByPolicy', 'together', 'leftOut'] as const) seen[what] += played[what];
    };
    const replay = { seed: Number(MODEL_SEED), ...(MODEL_PATH && { path: MODEL_PATH }) };
    await fc.assert(holds({}, { seen: count }), { numRuns: Number(MODEL_RUNS), ...replay });
    // Second copies that policy sent are no violation; their number, like the others, shows that the histories go that
    // deep.
    if (!MODEL_PATH) expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  }, 600_000);
});
