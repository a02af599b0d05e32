import { describe, expect, it } from '@jest/globals';
import { History } from './history.ts';
import { allRules, seededBugs, type Rules } from './rules.ts';

/** HOLDS_HISTORIES plays more of them (docs/chaos.md has the figures). */
const HISTORIES = Number(process.env['HOLDS_HISTORIES'] ?? 1_500);
/** A bug that is not found within so many histories is none. */
const MOST_FOR_A_BUG = 4_000;

async function violationsOf(seed: number, rules: Rules): Promise<Set<string>> {
  const history = new History(seed, rules);
  await history.play();
  return history.violations;
}

describe('routing under holds, played in random histories', () => {
  it('calls no held provider, probes one call at a time, gives up nothing early, and ends every message', async () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1)
      expect([seed, ...(await violationsOf(seed, allRules))]).toEqual([seed]);
  }, 300_000);

  it.each(Object.entries(seededBugs))(
    'finds the seeded bug: %s',
    async (_, { rules, shows }) => {
      for (let seed = 1; seed <= MOST_FOR_A_BUG; seed += 1) if ((await violationsOf(seed, rules)).has(shows)) return;
      throw new Error(`no history shows: ${shows}`);
    },
    300_000,
  );
});
