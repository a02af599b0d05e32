import type { Failure } from './failure.ts';
import type { Lane } from './primitives.ts';

/** What a provider is told of where a message belongs: opaque, no personal data. Comes back in its webhooks. */
export interface CallReference {
  messageId: string;
  tenant: string;
  lane: Lane;
  hop: number;
  attempt: number;
  /** One per call; a coalesced call has one for all its members. */
  callId: string;
  traceparent?: string | undefined;
}

export interface ProviderCall<M> {
  message: M;
  reference: CallReference;
  /** Asked as the request is about to be written: false once the lease has less than its guard left. */
  mayStart: () => boolean;
}

/** What became of a call. `sent: false` with a failure of kind `unknown` means: may have been accepted. */
export type SendResult = { sent: true; providerMessageId: string } | { sent: false; failure: Failure };

/** What a look-up of a doubtful call found. `absent` proves nothing by itself: a provider's lists lag behind. */
export type LookupResult = { found: 'accepted'; providerMessageId: string } | { found: 'absent' } | { found: 'unsupported' };

/** Can this provider be used with these keys? Sends nothing. */
export type ProviderCheck = { state: 'ok' } | { state: 'refused' | 'unreachable'; meaning: string; action: string };

/** One provider of a channel: contract and injection token at once. */
export abstract class Provider<M> {
  abstract readonly name: string;

  /** Sends one message. Expected failures are values; never throws for the provider's or the network's sake. */
  abstract send(call: ProviderCall<M>): Promise<SendResult>;

  /** Asks the provider whether it took an earlier, doubtful call. */
  abstract lookup(call: { message: M; callId: string; at: Date; knownIds: readonly string[] }): Promise<LookupResult>;

  /** Asks the provider whether the credentials are good. */
  abstract check(): Promise<ProviderCheck>;
}
