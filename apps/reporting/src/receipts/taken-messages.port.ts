import type { TakenMessage } from './missing-receipt.policy.ts';

/** Messages that a provider took, and of whose end nothing was heard. */
export abstract class TakenMessages {
  /**
   * Does something about those that have waited for a receipt and were not asked for yet, the longest first. They count
   * as asked for once it is done. Replicas share them.
   * @param forMs how long they have waited, in milliseconds
   * @returns how many there were
   * @throws InfrastructureDown when Postgres cannot be reached, and what `ask` throws: repeating is safe.
   */
  abstract eachUnasked(
    forMs: number,
    most: number,
    ask: (messages: readonly TakenMessage[]) => Promise<void>,
  ): Promise<number>;
}
