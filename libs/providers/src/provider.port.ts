import type { Failure, Replay, Lane, SmsEncoding } from '#libs/contracts';
import type { Finding } from './account/finding.ts';

/** What a provider is told of where a message belongs: opaque, no personal data. Comes back in its webhooks. */
export interface CallReference {
  messageId: string;
  tenant: string;
  lane: Lane;
  hop: number;
  attempt: number;
  /** Of this message's part in the call: each member of a coalesced call has its own, so each can be looked up. */
  callId: string;
  /** Where it goes to more than one: a webhook is about one of them, and may come before anything else is told. */
  recipientCount?: number | undefined;
  /** Keyed hash of the recipient, where the call goes to one: a webhook may name another address. */
  recipientHash?: string | undefined;
  traceparent?: string | undefined;
}

export interface ProviderCall<M> {
  message: M;
  reference: CallReference;
  /** Asked as the request is about to be written: false once the lease has less than its guard left. */
  mayStillSend: () => boolean;
}

/** What an SMS takes, which is what it costs. */
export interface TextSize {
  segments: number;
  encoding: SmsEncoding;
}

/**
 * What became of a call. `sent: false` with a failure of kind `unknown` means: may have been accepted.
 * `holdUntil`: the provider's rate headers say that nothing is left until then, in ms since 1970.
 * `replay`: of an unconfirmed call that may be repeated under its key.
 * `validatedOnly`: the provider checked the message, as the request asked, and sent nothing.
 */
export type SendResult =
  | { sent: true; providerMessageId: string; size?: TextSize; validatedOnly?: boolean; holdUntil?: number }
  | { sent: false; failure: Failure; holdUntil?: number; replay?: Replay };

/**
 * A message in a provider's list that may have come of an unconfirmed call: it looks the same, but bears no reference
 * of ours.
 */
export interface Candidate {
  providerMessageId: string;
  /** When the provider took it, in ms since 1970. */
  takenAt: number;
}

/**
 * What a look-up of an unconfirmed call found. `candidates`: which of them came of this call, the ledger can tell from
 * what it knows of the other calls. `absent` proves nothing by itself: a provider's lists lag behind. An acceptance may
 * be proven without its id.
 */
export type LookupResult =
  | { found: 'accepted'; providerMessageId?: string }
  | { found: 'candidates'; candidates: readonly Candidate[] }
  | { found: 'absent' }
  | { found: 'unsupported' };

/** What it takes to make an unconfirmed call once more, to the letter. */
export interface Repeat {
  reference: CallReference;
  replay: Replay;
  /** When its answer was known to be lost, in ms since 1970. */
  lostAt: number;
  /** Asked before it is written, since it sends what was not taken: false once it must not go any more. */
  mayStillSend: () => boolean;
}

export interface LookupRequest<M> {
  message: M;
  callId: string;
  /** The call was made after this, in ms since 1970. */
  since: number;
  /** Undefined where the provider knows no keys, or the process died before it told. */
  repeat?: Repeat | undefined;
}

/** Can this provider be used with these keys? Sends nothing. `warnings`: it can, but something should be fixed. */
export type ProviderCheck =
  | { state: 'ok'; warnings?: readonly Finding[] }
  | { state: 'refused' | 'unreachable'; meaning: string; remedy: string };

/** One provider of a channel: contract and injection token at once. */
export abstract class Provider<M> {
  abstract readonly name: string;

  /** Sends one message. Expected failures are values; never throws for the provider's or the network's sake. */
  abstract send(call: ProviderCall<M>): Promise<SendResult>;

  /** Most messages of one coalesced call. */
  readonly batchLimit: number = 1_000;

  /** Why this provider can never carry the message, whatever its state; undefined: it can. Another provider may. */
  unsupported(_message: M): Failure | undefined {
    return undefined;
  }

  /** What messages must have in common to go in one call; undefined: this one goes alone. */
  batchKey(_message: M): string | undefined {
    return undefined;
  }

  /** Sends messages of one key (at most `togetherMost`) in one call, and answers for each, in their order. */
  sendBatch(calls: readonly ProviderCall<M>[]): Promise<SendResult[]> {
    return Promise.all(calls.map((call) => this.send(call)));
  }

  /** Asks the provider whether it took an earlier, unconfirmed call. */
  abstract lookup(request: LookupRequest<M>): Promise<LookupResult>;

  /** Asks the provider whether the credentials are good. */
  abstract check(): Promise<ProviderCheck>;
}
