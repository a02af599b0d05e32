import type { SmsProviderDefinition } from '../providers/definition.ts';

/** What a sender is. `pool`: a provider's id of several, out of which it picks one. */
export type SenderKind = 'number' | 'short code' | 'name' | 'pool';

/** The kind of a sender; undefined: it has the form of a pool, and no provider here has such ids. */
export type KindOfSender = (sender: string) => SenderKind | undefined;

/** Longer than any name may be. */
const LONGEST_NAME = 11;

/** The kinds of senders with these providers. */
export const senderKindsOf = (catalogue: readonly Pick<SmsProviderDefinition, 'senderPools'>[]): KindOfSender => {
  const pools = catalogue.flatMap(({ senderPools }) => senderPools ?? []);
  return (sender) => {
    // A name may begin with + as well.
    if (/^\+\d+$/.test(sender)) return 'number';
    if (/^\d+$/.test(sender)) return 'short code';
    if (pools.some((pool) => pool.test(sender))) return 'pool';
    return sender.length <= LONGEST_NAME ? 'name' : undefined;
  };
};

/** Senders in the order of preference, as a setting gives them. */
export const listedSenders = (setting: string): string[] => setting.split(',').map((sender) => sender.trim());
