import { describe, expect, it } from '@jest/globals';
import { History } from './history.ts';
import { allRules, seededBugs } from './rules.ts';

const HISTORIES = 10_000;

describe('Operators’ controls, played in virtual time', () => {
  it(`hold in ${HISTORIES} histories: no call after done, nothing paused for ever, no send called cancelled`, () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const violations = new History(seed, allRules).play();
      if (violations.length > 0) expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  }, 120_000);

  it.each(Object.entries(seededBugs))('would not hold where %s', (_, { rules, shows }) => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      if (new History(seed, rules).play().includes(shows)) return;
    }
    throw new Error(`no history shows: ${shows}`);
  });
});
