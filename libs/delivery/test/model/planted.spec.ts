import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { soundHistories } from './history.ts';
import { seededRules } from './seeded-rules.ts';
import { holds } from './run.ts';

describe('a rule of the protocol that is left out', () => {
  it.each(Object.entries(seededRules))(
    'is noticed when a service %s',
    async (_, { variant, breaks, within, among = soundHistories }) => {
      const played = await fc.check(holds(variant, { breaks, among }), {
        numRuns: within,
        seed: 1,
        endOnFailure: true,
      });
      expect(String(played.errorInstance)).toMatch(
        /^Error: (double|unfenced|lost|untold|cancelled|backward|untrue|mistaken|swallowed|unwanted|unresolved|needless|unburied)/,
      );
    },
    120_000,
  );
});
