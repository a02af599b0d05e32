import type { SendDeferred } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import type { Decision, RetryPolicy } from '../../../../apps/retry/src/plan/decision.ts';
import { standardPolicy } from '../../../../apps/retry/src/policy/standard-policy.ts';
import { HeldProviders, type HeldProvidersOptions, type Passage } from '../../src/route/holds/held-providers.ts';
import { type HoldLimits, holdLimitsOf, holdSettings } from '../../src/route/holds/holds.config.ts';
import type { Hold } from '../../src/route/holds/holds.port.ts';
import { HoldsInMemory } from '../builders/holds-in-memory.ts';
import { z } from 'zod';

/** The rules of routing under holds; a seeded bug leaves one out. */
export interface Rules {
  held: (options: Omit<HeldProvidersOptions, 'limits'>) => HeldProviders;
  table: (clock: { now: () => number }) => HoldsInMemory;
  /** Retry asks each round whether a key is open; left out, a lift is a signal. */
  level: boolean;
  /** A change with a lower seq changes nothing. */
  seq: boolean;
  decide: (decision: Decision, deferred: SendDeferred, now: number) => Decision;
  policy?: RetryPolicy;
}

const limits: HoldLimits = holdLimitsOf(z.object(holdSettings).parse({}));

export const allRules: Rules = {
  held: (options) => new HeldProviders({ ...options, limits }),
  table: (clock) => new HoldsInMemory(clock),
  level: true,
  seq: true,
  decide: (decision) => decision,
};

/** Any success lifts, whenever its call began. */
class LiftsBySuccess extends HoldsInMemory {
  override lift(id: string): Promise<Hold | undefined> {
    return super.lift(id, 'a success');
  }
}

class EverySuccessProbes extends HeldProviders {
  override leave(passage: Passage, result: SendResult | undefined): void {
    const everything = this.all().map((entry) => ({ entry, holdId: entry.hold?.id }));
    super.leave(result?.sent ? { ...passage, probes: everything } : passage, result);
  }
}

/** Once the time of a hold is over, every call goes. */
class ManyProbes extends HeldProviders {
  override enter(provider: string, sender: string | undefined): Passage {
    const passage = super.enter(provider, sender);
    for (const { entry } of passage.probes) {
      entry.probe?.end();
      entry.probe = undefined;
    }
    return passage;
  }
}

/** A hold is known to the replica whose call led to it, and to nobody else. */
class KeepsHoldsToItself extends HeldProviders {
  override take(): void {
    // Rows are not read.
  }
}

const unlimited: HoldLimits = { ...limits, throttledMaxMs: 86_400_000, accountMaxMs: 86_400_000 };

/** One rule left out each, and what a history then shows. */
export const seededBugs: Record<string, { rules: Rules; shows: string }> = {
  'a hold is as long as the provider asks': {
    rules: { ...allRules, held: (options) => new HeldProviders({ ...options, limits: unlimited }) },
    shows: 'a message has no end',
  },
  'a success of any call lifts': {
    rules: {
      ...allRules,
      held: (options) => new EverySuccessProbes({ ...options, limits }),
      table: (clock) => new LiftsBySuccess(clock),
    },
    shows: 'lifted by a call that was no probe',
  },
  'everybody probes': {
    rules: { ...allRules, held: (options) => new ManyProbes({ ...options, limits }) },
    shows: 'two calls probe at once',
  },
  'a hold is not shared': {
    rules: { ...allRules, held: (options) => new KeepsHoldsToItself({ ...options, limits }) },
    shows: 'called although the claim has read a hold',
  },
  'a lift is a signal, and there is no longest wait': {
    rules: {
      ...allRules,
      level: false,
      decide: (decision, { expiresAt }) =>
        decision.plan?.waitsFor
          ? { ...decision, plan: { ...decision.plan, dueAt: new Date(Date.parse(expiresAt)).toISOString() } }
          : decision,
    },
    shows: 'a message has no end',
  },
  'what would wait past its end is given up at once': {
    rules: {
      ...allRules,
      decide: (decision, { expiresAt }, now) =>
        decision.plan && now + 5 * 60_000 >= Date.parse(expiresAt)
          ? { outcome: 'dead-lettered', at: decision.at, facts: [] }
          : decision,
    },
    shows: 'expired before its time',
  },
  'there are no rests': {
    rules: {
      ...allRules,
      policy: Object.fromEntries(
        Object.entries(standardPolicy).map(([lane, policy]) => [
          lane,
          {
            ...policy,
            restCapMs: 0,
            kinds: Object.fromEntries(
              Object.entries(policy.kinds).map(([kind, waits]) => [kind, { ...waits, baseMs: 1, capMs: 1 }]),
            ),
          },
        ]),
      ) as unknown as RetryPolicy,
      decide: (decision) =>
        decision.plan
          ? { ...decision, plan: { ...decision.plan, dueAt: decision.at, notBefore: decision.at } }
          : decision,
    },
    shows: 'hops are burnt',
  },
};
