import { type Channel, recipientHash, sealedAddressContext, type UnsuppressWork } from '#libs/contracts';
import { CustodyUnavailable, type Opened } from '#libs/custody';
import type { ListRemoval, SuppressionLists } from '#libs/providers';
import type { AddressSeal, Run } from '#libs/runtime';
import { slotOf } from './suppression-job.policy.ts';

/** What came of it. `again`: the same may work later, and why not now. */
export type Removed = { counts: Record<string, number> } | { again: string } | { failed: string };

export interface ProviderRemovalsOptions {
  channel: Channel;
  hashKey: string;
  /** Of the providers that have some. */
  lists: readonly SuppressionLists[];
  seal: AddressSeal;
}

type Address = { address: string } | Exclude<Removed, { counts: object }>;

/** Has the providers take a recipient off their own lists. The address is opened for the call, and kept nowhere. */
export class ProviderRemovals {
  private readonly options: ProviderRemovalsOptions;

  constructor(options: ProviderRemovalsOptions) {
    this.options = options;
  }

  /** Again is safe. */
  async remove({ operationId, work }: Pick<Run<UnsuppressWork>, 'operationId' | 'work'>): Promise<Removed> {
    const { lists } = this.options;
    if (lists.length === 0) return { counts: {} };
    const opened = await this.addressOf(operationId, work);
    if (!('address' in opened)) return opened;
    const removals: (ListRemoval & { provider: string })[] = [];
    for (const list of lists)
      for (const removal of await list.remove(opened.address, work.scope))
        removals.push({ ...removal, provider: list.provider });
    return outcomeOf(removals);
  }

  private async addressOf(operationId: string, work: UnsuppressWork): Promise<Address> {
    const { hashKey, seal } = this.options;
    if (!seal.sealing)
      return { failed: `${this.options.channel} has no CUSTODY_KEYRING_DIR: it cannot open the address.` };
    let opened: Opened;
    try {
      opened = await seal.sealing.open(work.sealedAddress ?? '', sealedAddressContext(operationId, slotOf(work)));
    } catch (error) {
      if (!(error instanceof CustodyUnavailable)) throw error;
      return { again: 'The keys cannot be reached: the readiness of the service says more (custody).' };
    }
    if ('closed' in opened) return closedWords[opened.closed];
    // Sealed for this job, but not the recipient that it names: nobody is taken off by mistake.
    if (recipientHash(hashKey, opened.text) !== work.recipient) return closedWords.wrong;
    return { address: opened.text };
  }
}

const closedWords = {
  gone: { failed: 'The key under which the address was sealed is destroyed, as it is after some weeks: ask again.' },
  missing: { again: 'The key under which the address was sealed is not there: look at CUSTODY_KEYRING_DIR.' },
  wrong: { failed: 'The sealed address was changed, or was sealed for something else: ask again.' },
} as const;

/** As much as a word about an operation may hold. */
const MOST_WORDS = 500;

function outcomeOf(removals: readonly (ListRemoval & { provider: string })[]): Removed {
  const troubles = removals.flatMap((one) =>
    'trouble' in one ? [{ ...one, words: `${one.provider} ${one.list}: ${one.trouble}` }] : [],
  );
  if (troubles.length > 0) {
    const words = `It is not off every list of its providers: ${troubles.map((one) => one.words).join('; ')}.`.slice(
      0,
      MOST_WORDS,
    );
    return troubles.every(({ passes }) => passes) ? { again: words } : { failed: words };
  }
  return {
    counts: Object.fromEntries(
      removals.map((one) => [`off ${one.provider} ${one.list}`, 'removed' in one && one.removed ? 1 : 0]),
    ),
  };
}
