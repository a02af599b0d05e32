import type { ConsideredProvider } from '#libs/contracts';
import type { SenderChoice } from '../delivery.ts';
import type { Lacking } from './candidates.ts';

/** What is reported about a message, besides the providers that were asked. */
export interface Unasked {
  /** Of several senders the one that was chosen, and why not the others. */
  sender: SenderChoice | undefined;
  /** Providers that cannot take it, and why. */
  lacking: readonly Lacking[];
}

/** All that was found of the providers and senders that a message might have gone by. */
export function considered({ sender, lacking }: Unasked, asked: readonly ConsideredProvider[]): ConsideredProvider[] {
  const { passedOver = [], shown } = sender ?? {};
  return [
    ...passedOver,
    ...lacking.map((one) => ({ ...one, taken: false })),
    ...(passedOver.length === 0
      ? asked
      : asked.map((one) => ({ ...one, ...(shown !== undefined && { sender: shown }) }))),
  ];
}

/** Why no provider took a message, in plain words. */
export const inWords = (found: readonly ConsideredProvider[]): string => `${found.map(wordsOf).join('; ')}.`;

function wordsOf({ provider, sender, why, until }: ConsideredProvider): string {
  const from = sender === undefined ? '' : ` from ${sender}`;
  return `${provider}${from}: ${why}${until ? ` (until ${until})` : ''}`;
}
