import { UnsuppressWork } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';
import type { ProviderRemovals, Removed } from './provider-removals.service.ts';
import type { SuppressionWorkParts } from './suppress.work.ts';
import {
  beforeDeciding,
  type Decided,
  decidedBy,
  nextTry,
  nothingHolds,
  otherChannel,
  slotOf,
} from './suppression-job.policy.ts';

/**
 * Lifts a suppression, as `SuppressRecipient` puts one down. Where its providers are to take the recipient off their
 * lists as well, that comes first: lifted here alone it would look as if mail went.
 */
export class UnsuppressRecipient implements OperationWork<UnsuppressWork, Removed | undefined> {
  readonly kind = 'unsuppress';
  readonly schema = UnsuppressWork;
  private readonly parts: SuppressionWorkParts & { removals: Pick<ProviderRemovals, 'remove'> };

  constructor(parts: SuppressionWorkParts & { removals: Pick<ProviderRemovals, 'remove'> }) {
    this.parts = parts;
  }

  async prepare(run: Run<UnsuppressWork>): Promise<Removed | undefined> {
    if (run.work.sealedAddress === undefined || !decidedBy(run.cursor)) return undefined;
    return this.parts.removals.remove(run);
  }

  async portion(client: PoolClient, run: Run<UnsuppressWork>, removed: Removed | undefined): Promise<Portion> {
    const { channel, words, table } = this.parts;
    if (run.work.channel !== channel) return otherChannel(channel);
    const decided = decidedBy(run.cursor);
    if (!decided) return this.decide(client, run);
    if (removed && 'failed' in removed) return { counts: {}, end: { state: 'failed', reason: removed.failed } };
    if (removed && 'again' in removed) return nextTry(decided, removed.again);
    const { at, holds = true } = decided;
    const { note, by } = run.work;
    if (holds) await words.settle([{ lift: { ...slotOf(run.work), at, note, by } }], table);
    return { counts: { lifted: holds ? 1 : 0, ...removed?.counts }, end: { state: 'done' } };
  }

  private async decide(client: PoolClient, { operationId, work }: Run<UnsuppressWork>): Promise<Portion> {
    const turn = await this.parts.order.turnOf(client, operationId, slotOf(work));
    if (turn.turn !== 'now') return beforeDeciding(turn.turn);
    const { at, holds } = turn;
    // A provider may still have on its list who was lifted here before.
    if (!holds && work.sealedAddress === undefined) return nothingHolds;
    return { counts: {}, cursor: { at, holds } satisfies Decided };
  }
}
