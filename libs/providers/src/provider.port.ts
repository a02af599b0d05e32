import type { Failure, Replay, Lane, SmsEncoding } from '#libs/contracts';
import type { Finding } from './account/finding.ts';
import type { VerifiedSenders } from './account/verified-senders.ts';
import type { ReceiptLookup } from './receipt/receipt-lookup.ts';

/** What a provider is given to identify a message: opaque, without personal data. It is returned in webhooks. */
export interface CallReference {
  messageId: string;
  tenant: string;
  lane: Lane;
  hop: number;
  attempt: number;
  /** The id of this message's part of the call: each message of a batch has its own, so each can be looked up. */
  callId: string;
  /**
   * The number of recipients, where there are several: a webhook is about one of them, and may arrive before the fact
   * of the send.
   */
  recipientCount?: number | undefined;
  /** Keyed hash of the recipient, where there is one: a webhook may name another address. */
  recipientHash?: string | undefined;
  traceparent?: string | undefined;
}

export interface ProviderCall<M> {
  message: M;
  reference: CallReference;
  /** Called just before the request is written: false once less than its guard remains of the lease. */
  mayStillSend: () => boolean;
}

/** The segments of an SMS, by which it is charged. */
export interface TextSize {
  segments: number;
  encoding: SmsEncoding;
}

/**
 * The result of a call. `sent: false` with a failure of kind `unknown` means: may have been accepted.
 * `holdUntil`: the provider's rate headers say that nothing remains until then, in ms since 1970.
 * `replay`: for an unconfirmed call that may be repeated under its key.
 * `validatedOnly`: the provider checked the message, as requested, and sent nothing.
 */
export type SendResult =
  | { sent: true; providerMessageId: string; size?: TextSize; validatedOnly?: boolean; holdUntil?: number }
  | { sent: false; failure: Failure; holdUntil?: number; replay?: Replay };

/**
 * A message in a provider's list that may be the result of an unconfirmed call: it looks the same, but has no reference
 * of ours.
 */
export interface Candidate {
  providerMessageId: string;
  /** When the provider accepted it, in ms since 1970. */
  takenAt: number;
}

/**
 * The result of looking up an unconfirmed call. `candidates`: the ledger decides which of them is the result of this
 * call, by what it knows of other calls. `absent` proves nothing by itself: a provider's lists lag behind. An
 * acceptance may be proven without its id.
 */
export type LookupResult =
  | { found: 'accepted'; providerMessageId?: string }
  | { found: 'candidates'; candidates: readonly Candidate[] }
  | { found: 'absent' }
  | { found: 'unsupported' };

/** What is needed to repeat an unconfirmed call with the same bytes. */
export interface Repeat {
  reference: CallReference;
  replay: Replay;
  /** When it was known that the response is lost, in ms since 1970. */
  lostAt: number;
  /**
   * Called before it is written, because it sends the message if the first call did not: false once it must not be sent
   * any more.
   */
  mayStillSend: () => boolean;
}

export interface LookupRequest<M> {
  message: M;
  callId: string;
  /** The call was made after this time, in ms since 1970. */
  since: number;
  /** Undefined where the provider has no keys, or the process died before the call was recorded. */
  repeat?: Repeat | undefined;
}

/**
 * Whether this provider can be used with these keys. Sends nothing. `warnings`: it can, but something should be fixed.
 */
export type ProviderCheck =
  | { state: 'ok'; warnings?: readonly Finding[] }
  | { state: 'refused' | 'unreachable'; meaning: string; remedy: string };

/** One provider of a channel: contract and injection token. */
export abstract class Provider<M> {
  abstract readonly name: string;

  /** Sends one message. Expected failures are values; never throws for a failure of the provider or the network. */
  abstract send(call: ProviderCall<M>): Promise<SendResult>;

  /** Maximum number of messages in one call. */
  readonly batchLimit: number = 1_000;

  /**
   * Why this provider can never send the message, whatever its state; undefined: it can. Another provider may be able
   * to.
   */
  unsupported(_message: M): Failure | undefined {
    return undefined;
  }

  /**
   * The senders that its account has verified; undefined: it does not say, such as to a key that may only send. Never
   * throws for a failure of the provider or the network.
   */
  verifiedSenders(): Promise<VerifiedSenders | undefined> {
    return Promise.resolve(undefined);
  }

  /** What messages must have in common to be sent in one call; undefined: this one is sent alone. */
  batchKey(_message: M): string | undefined {
    return undefined;
  }

  /**
   * Sends messages of one key (at most `togetherMost`) in one call.
   * @returns the result of each, in their order
   */
  sendBatch(calls: readonly ProviderCall<M>[]): Promise<SendResult[]> {
    return Promise.all(calls.map((call) => this.send(call)));
  }

  /** Asks the provider whether it accepted an earlier, unconfirmed call. */
  abstract lookup(request: LookupRequest<M>): Promise<LookupResult>;

  /** How it is asked what became of messages that it took; undefined: it cannot be asked. */
  readonly receiptLookup: ReceiptLookup | undefined = undefined;

  /** Asks the provider whether the credentials are valid. */
  abstract check(): Promise<ProviderCheck>;
}
