import {
  type Channel,
  channelRegistry,
  isRecipient,
  receiptId,
  type RecipientRef,
  recipientRef,
  suppressionKey,
} from '#libs/contracts';
import type { KeptSuppression, ListedSuppression, Suppressions, SuppressionsService } from '#libs/delivery';
import { badRequest, type Problem } from '#libs/runtime';
import type { Addition, Parsed, Removal } from './requests.ts';
import { NotFoundException } from '@nestjs/common';

export interface SuppressionAdminOptions {
  channel: Channel;
  hashKey: string;
  /** Publishes changes: the topic is the source of truth. */
  words: Pick<SuppressionsService, 'settle'>;
  table: Suppressions;
}

export type SuppressionResponse = KeptSuppression & { channel: Channel };

/** More suppressions than any recipient has. */
const ALL_OF_ONE = 500;

/** Operators' changes of suppressions. Each change records who made it and why. */
export class SuppressionAdmin {
  constructor(private readonly options: SuppressionAdminOptions) {}

  async add(
    { recipient, scope, tenant, reason, note, by }: Parsed<typeof Addition>,
    now: number,
  ): Promise<SuppressionResponse> {
    const { hash, mask } = this.refOf(recipient);
    const scopeKey = { channel: this.options.channel, recipient: hash, scope, ...(tenant !== undefined && { tenant }) };
    const at = await this.nextMoment(scopeKey, now);
    const eventId = receiptId({
      provider: 'operator',
      providerMessageId: suppressionKey(scopeKey),
      event: 'suppressed',
      recipientHash: hash,
      providerTime: at,
    });
    await this.options.words.settle(
      [{ suppress: { ...scopeKey, reason, at, eventId, ...(mask && { mask }), source: 'operator', note, by } }],
      this.options.table,
    );
    return (await this.found(scopeKey)) ?? { ...scopeKey, reason, at, lifted: false, note, by };
  }

  /** @throws NotFoundException where there is no such suppression */
  async remove(
    { recipient, scope, tenant, note, by }: Parsed<typeof Removal>,
    now: number,
  ): Promise<SuppressionResponse> {
    const scopeKey = {
      channel: this.options.channel,
      recipient: this.refOf(recipient).hash,
      scope,
      ...(tenant !== undefined && { tenant }),
    };
    const known = await this.found(scopeKey);
    if (!known) throw new NotFoundException(nothingThere);
    const at = await this.nextMoment(scopeKey, now);
    await this.options.words.settle([{ lift: { ...scopeKey, at, note, by } }], this.options.table);
    return { ...known, at, lifted: true, note, by };
  }

  private async found({
    recipient,
    scope,
    tenant,
  }: {
    recipient: string;
    scope: string;
    tenant?: string;
  }): Promise<SuppressionResponse | undefined> {
    const rows = await this.options.table.list({ recipient, scope, lifted: false, limit: ALL_OF_ONE });
    const row = rows.find((one) => one.tenant === tenant);
    return row && this.responseOf(row);
  }

  /**
   * The time of a manual change: later than any known one, so that it wins even where a provider's clock is ahead of
   * ours.
   */
  private async nextMoment(scopeKey: Parameters<typeof suppressionKey>[0], now: number): Promise<string> {
    const [known = 0] = await this.options.table.knownSince([suppressionKey(scopeKey)]);
    return new Date(Math.max(now, known + 1)).toISOString();
  }

  private refOf(recipient: string): RecipientRef {
    if (/^[0-9a-f]{32}$/.test(recipient)) return { hash: recipient, mask: '' };
    if (!isRecipient(recipient, this.options.channel))
      throw badRequest(
        [{ field: 'recipient', rule: `must be ${channelRegistry[this.options.channel].address} or a keyed hash` }],
        remedy,
      );
    return recipientRef(this.options.hashKey, recipient);
  }

  private responseOf({ scopeKey: _, ...row }: ListedSuppression): SuppressionResponse {
    return { channel: this.options.channel, ...row };
  }
}

export const remedy = 'Correct the named fields; docs/suppressions.md says what each may hold.';

const nothingThere: Problem = {
  code: 'MSG_NOT_FOUND',
  message: 'no such suppression holds',
  remedy:
    'Look which do: POST /v1/suppressions/search of reporting, or messaging suppressions show. Scope and tenant must ' +
    'be the same.',
};
