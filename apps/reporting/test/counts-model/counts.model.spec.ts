import { describe, expect, it } from '@jest/globals';
import { History } from './history.ts';
import { allRules, seededBugs } from './rules.ts';

/** `COUNTS_HISTORIES=10000` plays more of them; each planted bug shows within the first hundred. */
const HISTORIES = Number(process.env['COUNTS_HISTORIES'] ?? 300);

describe('Counts of messages, played over the code that folds and counts', () => {
  it(`are what the messages say in ${HISTORIES} histories, each message in one cell`, () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const violations = new History(seed, allRules).play();
      if (violations.length > 0) expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  }, 600_000);

  it.each(Object.entries(seededBugs))('would not be where %s', (_, { rules, shows }) => {
    for (let seed = 1; seed <= 1_000; seed += 1) if (new History(seed, rules).play().includes(shows)) return;
    throw new Error(`no history shows: ${shows}`);
  });
});
