import type { Channel, Failure, Provider } from '#libs/contracts';
import type { z } from 'zod';

export interface Likeness {
  /** Who writes to whom. */
  party: readonly string[];
  /** What is said; undefined: the provider composes it. */
  wording: readonly string[] | undefined;
}

/** What tells one channel from another; the engine does the rest. `R` is the request, `M` what its providers send. */
export abstract class ChannelPort<R, M> {
  abstract readonly channel: Channel;
  abstract readonly schema: z.ZodType<R>;

  /** In the order of preference. */
  abstract readonly providers: readonly Provider<M>[];

  /** The request with the configured defaults filled in. */
  abstract toMessage(request: R): M;

  /** Whose rate it counts to, such as a number that sends one message a second; undefined: the provider picks the sender. */
  abstract senderOf(message: M): string | undefined;

  /** Why a message cannot go, by what is configured; undefined: it can. */
  refuse(_message: M): Failure | undefined {
    return undefined;
  }

  /**
   * What it has in common with messages that its provider's list cannot tell from it (docs/adr/0004); undefined: the provider
   * hands our reference back, or has no list.
   */
  likenessOf(_message: M): Likeness | undefined {
    return undefined;
  }

  /** Every address it goes to. */
  abstract addressesOf(request: R): string[];
}

/** What every request of every channel has. */
export interface RequestEnvelope {
  messageId: string;
  tenant: string;
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  provider?: string | undefined;
  correlationId?: string | undefined;
  tags?: string[] | undefined;
}
