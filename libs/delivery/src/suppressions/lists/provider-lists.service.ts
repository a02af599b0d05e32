import {
  type Channel,
  nearestInstant,
  receiptId,
  recipientRef,
  type SuppressionChanged,
  suppressionKey,
} from '#libs/contracts';
import type { ListedAddress, SuppressionLists } from '#libs/providers';
import type { SuppressionsService } from '../suppressions.service.ts';
import type { Suppressions } from '../suppressions.port.ts';

export interface ProviderListsOptions {
  channel: Channel;
  hashKey: string;
  /** Of the providers that have some. */
  sources: readonly SuppressionLists[];
  words: Pick<SuppressionsService, 'settle'>;
  table: Suppressions;
}

/** The result of one page of a list, or why it could not be read. */
export interface ListStep {
  provider: string;
  list: string;
  read: number;
  /** Those of them that are new, and were published. */
  published: number;
  trouble?: string;
}

/**
 * Imports the providers' own suppression lists. Entries that are known, or were lifted since, are skipped, so repeating
 * it changes nothing.
 */
export class ProviderLists {
  constructor(private readonly options: ProviderListsOptions) {}

  get isEmpty(): boolean {
    return this.options.sources.length === 0;
  }

  /** @throws InfrastructureDown when Kafka or Postgres cannot be reached; repeating is safe. */
  async *run(): AsyncGenerator<ListStep> {
    for (const { provider, read } of this.options.sources.map((source) => ({
      provider: source.provider,
      read: source.read(),
    }))) {
      for await (const page of read) {
        if ('trouble' in page) yield { provider, list: page.list, read: 0, published: 0, trouble: page.trouble };
        else
          yield {
            provider,
            list: page.list,
            read: page.entries.length,
            published: await this.take(provider, page.entries),
          };
      }
    }
  }

  private async take(provider: string, entries: readonly ListedAddress[]): Promise<number> {
    const found = new Map(
      entries.map((entry) => this.changeFor(provider, entry)).map((word) => [suppressionKey(word), word]),
    );
    const known = await this.options.table.knownSince([...found.keys()]);
    const fresh = [...found.values()].filter((word, index) => (known[index] ?? -1) < Date.parse(word.at));
    await this.options.words.settle(
      fresh.map((suppress) => ({ suppress })),
      this.options.table,
    );
    return fresh.length;
  }

  private changeFor(provider: string, { address, scope, reason, at }: ListedAddress): SuppressionChanged {
    const { hash, mask } = recipientRef(this.options.hashKey, address);
    const since = nearestInstant(at.getTime());
    const eventId = receiptId({
      provider,
      providerMessageId: '',
      event: `listed ${scope}`,
      recipientHash: hash,
      providerTime: since,
    });
    return {
      channel: this.options.channel,
      recipient: hash,
      scope,
      reason,
      at: since,
      eventId,
      mask,
      provider,
      source: 'sync',
    };
  }
}
