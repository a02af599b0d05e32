import { setTimeout as delay } from 'node:timers/promises';
import { identityKey, type StatusChanged } from '#libs/contracts';
import { Stopping } from '#libs/transport';
import type { Announcer } from '../announcer.service.ts';
import { givenBack, refusedForGood, type Standby, type TakenBack } from './standby.policy.ts';

/** Longer than any call with its lease. */
const SETTLED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;

type TakeBack = (id: string, hop: number) => Promise<TakenBack>;

/**
 * A message that its provider took and gave back goes to retry like any that failed; nobody has it, so nothing goes
 * twice.
 */
export class TakenBackService {
  private readonly takeBack: TakeBack;
  private readonly announcer: Announcer;
  private readonly stopping: AbortSignal;

  constructor(takeBack: TakeBack, announcer: Announcer, stopping: AbortSignal) {
    this.takeBack = takeBack;
    this.announcer = announcer;
    this.stopping = stopping;
  }

  /**
   * @param standby what was kept before the call; undefined: nothing is
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  async goAnotherWay(fact: StatusChanged, standby: Standby | undefined): Promise<void> {
    const taken = standby && (await this.settled(fact));
    if (taken === 'taken back') return this.announcer.announce({ facts: [], deferred: givenBack(standby!, fact) });
    // Lost answers are looked up in their own way: a second plan beside that one could send twice.
    return this.announcer.publishFact(refusedForGood(fact));
  }

  /** The provider's word may come before our own call has ended. */
  private async settled({ tenant, channel, messageId = '', hop = 0 }: StatusChanged): Promise<TakenBack> {
    const id = identityKey({ tenant, channel, messageId });
    for (const end = performance.now() + SETTLED_WITHIN_MS; ;) {
      const state = await this.takeBack(id, hop);
      if (state !== 'running' || performance.now() > end) return state;
      await delay(LOOK_AGAIN_MS, undefined, { signal: this.stopping }).catch(() => {
        throw new Stopping();
      });
    }
  }
}
