import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SendDue } from '#libs/contracts';
import type { DuePlan } from './due-plans.port.ts';
import { InOrderService } from './in-order.service.ts';
import { OrderedPlans } from './ordered-plans.port.ts';

interface Stored {
  plan: DuePlan;
  order: number;
  state: 'pending' | 'releasing' | 'published';
}

/** As the store does it: one replica at a time, in order, beginning with what was left unfinished. */
class PlansInMemory extends OrderedPlans {
  readonly stored: Stored[];
  /** A rule that is left out: what goes first. */
  readonly compare: (a: Stored, b: Stored) => number;

  constructor(plans: readonly DuePlan[], compare = (a: Stored, b: Stored) => a.order - b.order) {
    super();
    // As the hand-overs come to retry: in any order.
    this.stored = plans.map((plan, order) => ({ plan, order, state: 'pending' }));
    this.compare = compare;
  }

  get isDone(): boolean {
    return this.stored.every(({ state }) => state === 'published');
  }

  async inTurn(most: number, release: (plans: readonly DuePlan[]) => Promise<DuePlan[]>): Promise<number> {
    const taken = this.stored
      .filter(({ state }) => state !== 'published')
      .toSorted(this.compare)
      .slice(0, most);
    for (const one of taken) one.state = 'releasing';
    const released = new Set(await release(taken.map(({ plan }) => plan)));
    for (const one of taken) if (released.has(one.plan)) one.state = 'published';
    return taken.length;
  }
}

interface History {
  /** The key of each message, in the order in which they came. */
  keys: (string | null)[];
  /** For each publication in turn, how Kafka or the replica fails. */
  failures: ('none' | 'unreachable' | 'dies after it')[];
  most: number;
}

/** @returns the messages of each key in the order in which they were published first */
async function play({ keys, failures, most }: History, plans: PlansInMemory): Promise<Map<string, string[]>> {
  const published = new Map<string, string[]>();
  const left = [...failures];
  let isDead = false;
  const release = async ({ due }: DuePlan): Promise<void> => {
    await Promise.resolve();
    if (isDead) throw new Error('the replica is dead');
    const failure = left.shift() ?? 'none';
    if (failure === 'unreachable') throw new Error('no broker');
    const of = published.get(due.key ?? due.messageId) ?? [];
    if (!of.includes(due.messageId)) published.set(due.key ?? due.messageId, [...of, due.messageId]);
    isDead = failure === 'dies after it';
    if (isDead) throw new Error('the replica is dead');
  };
  for (let round = 0; !plans.isDone && round < 10 * (keys.length + failures.length) + 10; round += 1) {
    // Another replica, or the same one again.
    isDead = false;
    const config = { RETRY_POLL_MS: 1, RETRY_AFTER_QUIET_PER_S: most };
    const replica = new InOrderService(plans, { release }, config, { add: () => undefined });
    await replica.round().catch(() => undefined);
  }
  return published;
}

const messageId = (index: number) => `m-${String(index).padStart(3, '0')}`;
const plansOf = ({ keys }: History): DuePlan[] =>
  keys.map((key, index) => ({
    id: messageId(index),
    due: { channel: 'sms', lane: 'bulk', key, messageId: messageId(index) } as SendDue,
    trace: {},
  }));

const histories: fc.Arbitrary<History> = fc.record({
  keys: fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 1, maxLength: 30 }),
  failures: fc.array(
    fc.constantFrom('none' as const, 'none' as const, 'unreachable' as const, 'dies after it' as const),
    {
      maxLength: 20,
    },
  ),
  most: fc.integer({ min: 1, max: 12 }),
});

const isInOrder = (published: Map<string, string[]>) =>
  [...published.values()].every((ids) => ids.join() === ids.toSorted().join());

describe('messages that quiet hours have put off', () => {
  it('leave in the order in which they came, for each key, whatever fails and whichever replica goes on', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const plans = new PlansInMemory(plansOf(history));
        const published = await play(history, plans);
        expect(plans.isDone).toBe(true);
        expect([...published.values()].flat()).toHaveLength(history.keys.length);
        expect(isInOrder(published)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('would leave in another order if what is left unfinished went last, which this test notices', async () => {
    const pendingFirst = (a: Stored, b: Stored) =>
      Number(a.state === 'releasing') - Number(b.state === 'releasing') || a.order - b.order;
    await expect(
      fc.assert(
        fc.asyncProperty(histories, async (history) =>
          isInOrder(await play(history, new PlansInMemory(plansOf(history), pendingFirst))),
        ),
        { numRuns: 1_000 },
      ),
    ).rejects.toThrow();
  });

  it('are no more in a second than the settings allow', async () => {
    const history: History = { keys: Array.from({ length: 50 }, () => null), failures: [], most: 10 };
    const plans = new PlansInMemory(plansOf(history));
    const config = { RETRY_POLL_MS: 1, RETRY_AFTER_QUIET_PER_S: 10 };
    const replica = new InOrderService(plans, { release: () => Promise.resolve() }, config, { add: () => undefined });
    for (let round = 0; round < 5; round += 1) await replica.round();
    const left = plans.stored.filter(({ state }) => state === 'published').length;
    expect(left).toBeGreaterThanOrEqual(10);
    expect(left).toBeLessThan(20);
  });
});
