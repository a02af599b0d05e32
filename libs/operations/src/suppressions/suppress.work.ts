import { type Channel, receiptId, suppressionKey, SuppressWork } from '#libs/contracts';
import type { Suppressions, SuppressionsService } from '#libs/delivery';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';
import type { SuppressionOrder } from './suppression-order.store.ts';
import { beforeDeciding, decidedBy, otherChannel, slotOf } from './suppression-job.policy.ts';

export interface SuppressionWorkParts {
  channel: Channel;
  order: Pick<SuppressionOrder, 'turnOf'>;
  /** Publishes changes: the topic is the source of truth. */
  words: Pick<SuppressionsService, 'settle'>;
  table: Suppressions;
}

/**
 * Suppresses a recipient. The first portion decides with which time, the second publishes: what a crash repeats is the
 * same record.
 */
export class SuppressRecipient implements OperationWork<SuppressWork> {
  readonly kind = 'suppress';
  readonly schema = SuppressWork;

  private readonly parts: SuppressionWorkParts;

  constructor(parts: SuppressionWorkParts) {
    this.parts = parts;
  }

  async portion(client: PoolClient, run: Run<SuppressWork>): Promise<Portion> {
    const { channel, order, words, table } = this.parts;
    if (run.work.channel !== channel) return otherChannel(channel);
    const slot = slotOf(run.work);
    const decided = decidedBy(run.cursor);
    if (!decided) {
      const turn = await order.turnOf(client, run.operationId, slot);
      return turn.turn === 'now' ? { counts: {}, cursor: { at: turn.at } } : beforeDeciding(turn.turn);
    }
    const { at } = decided;
    const { reason, mask, note, by } = run.work;
    const eventId = receiptId({
      provider: 'operator',
      providerMessageId: suppressionKey(slot),
      event: 'suppressed',
      recipientHash: slot.recipient,
      providerTime: at,
    });
    const shown = mask === undefined ? {} : { mask };
    await words.settle([{ suppress: { ...slot, reason, at, eventId, ...shown, source: 'operator', note, by } }], table);
    return { counts: { suppressed: 1 }, end: { state: 'done' } };
  }
}
