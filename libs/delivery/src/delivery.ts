import type { Attempt, Channel, UnconfirmedCall, Failure, Lane, RecipientRef, Replay } from '#libs/contracts';
import type { Refused } from '#libs/batching';
import type { TextSize } from '#libs/providers';

/** One hop of one message on its way through the engine (docs/architecture.md). */
export interface Delivery<M> {
  channel: Channel;
  tenant: string;
  messageId: string;
  /** The ledger's key: contracts' identityKey. */
  id: string;
  lane: Lane;
  hop: number;
  mode: 'send' | 'reconcile';
  /** Retry has heard nothing of this hop and released it once more: what was reported of it is reported again. */
  again?: boolean | undefined;
  /** `topic/partition/offset` of the record: the same record when it comes again. */
  source: string;
  /** The request's Kafka time. */
  requestedAt: Date;
  /**
   * From when on the ledger remembers this hop: the same in every copy of its record. The first hop's is the request's
   * time; a later one's the time it was planned for, so that a message scheduled far ahead is not forgotten before it
   * goes.
   */
  rememberedAt: Date;
  sendAt: Date | undefined;
  expiresAt: Date;
  /** Tells a repeat from an id used for other content; only the first hop has one. */
  digest: string | undefined;
  /** The request's own key, base64; null where it had none. */
  key: string | null;
  /** As upstream published it: travels on to retry. */
  request: Record<string, unknown>;
  message: M;
  recipients: RecipientRef[];
  /** Those of them it goes to now; undefined: all. */
  goesTo?: RecipientRef[] | undefined;
  /** Keyed hashes of what it has in common with messages that its provider's list cannot tell from it. */
  fingerprint?: { participants: string; contentHash: string | null } | undefined;
  /** Of the template it is rendered with; undefined where it has none of ours. */
  templateVersion?: string | undefined;
  /** Why it cannot be rendered now, found on a later hop. */
  unfit?: Failure | undefined;
  attempts: Attempt[];
  unconfirmedCall: UnconfirmedCall | undefined;
  unconfirmedSince: string | undefined;
  correlationId: string | undefined;
  tags: string[] | undefined;
}

/**
 * A suppression of one of its recipients, found with the claim; whether it concerns this message is decided afterwards.
 */
export interface SuppressionFound {
  /** Keyed hash. */
  recipient: string;
  scope: string;
  /** Null: of every tenant. */
  tenant: string | null;
  reason: string;
  /** ISO 8601. */
  since: string;
}

/** A recipient who is left out, and why. */
export interface SuppressedRecipient {
  recipient: RecipientRef;
  failure: Failure;
  /** The suppression in words. */
  why: string;
}

/** Whom a provider's refusal forbids to write to. */
export interface Forbidden {
  recipient: RecipientRef;
  scope: string;
  reason: string;
}

/** Recipients that a hop left out, whatever became of it for the others. */
interface FilteredRecipients {
  suppressedRecipients?: SuppressedRecipient[];
}

/** How a hop ended; kept in the ledger, so that a redelivery tells the same again. `at` is ISO 8601. */
export type Outcome = FilteredRecipients &
  (
    | {
        kind: 'sent';
        at: string;
        provider: string;
        providerMessageId: string;
        callId: string;
        attempt: number;
        size?: TextSize | undefined;
      }
    /** The provider checked it, as the request asked, and sent nothing. */
    | { kind: 'validated'; at: string; provider: string; attempt: number }
    | { kind: 'failed'; at: string; provider?: string; attempt: number; failure: Failure; forbids?: Forbidden }
    | {
        kind: 'unknown';
        at: string;
        provider?: string;
        callId: string;
        attempt: number;
        failure: Failure;
        traceparent?: string;
        replay?: Replay;
      }
    | { kind: 'waiting'; at: string; until: string; reason: string }
    | { kind: 'expired'; at: string; failure: Failure }
    /** Upstream took it back before it was claimed. */
    | { kind: 'cancelled'; at: string }
    /** Nobody is left who may be written to. */
    | { kind: 'suppressed'; at: string; suppressedRecipients: SuppressedRecipient[] }
    | { kind: 'found'; at: string; provider: string; providerMessageId?: string }
    | { kind: 'unresolved'; at: string }
    /** `by`: the earlier hop that a provider took. */
    | { kind: 'superseded'; at: string; by?: number | undefined }
  );

/** What the ledger answers to a claim. */
export type Claim =
  /**
   * Nobody else works on this hop: go on, under this token. `suppressions`: what is known against its recipients.
   * `cancelled`: upstream wants it sent no more.
   */
  | { verdict: 'mine'; token: string; suppressions?: SuppressionFound[]; cancelled?: true }
  /** This very record was settled before: tell it again. */
  | { verdict: 'settled'; outcome: Outcome }
  /** Another processing holds it; look again after this many milliseconds. */
  | { verdict: 'running'; waitMs: number }
  /**
   * Another record of the same message and hop: absorbed in silence. `of`: the record that the hop is claimed for,
   * where it can be told.
   */
  | { verdict: 'repeat'; of?: string }
  /** The id was used before for other content. */
  | { verdict: 'conflict' }
  /** Older than the ledger remembers. */
  | { verdict: 'forgotten' };

/** A call that may have been accepted, as far as the ledger knows. */
export interface SiblingCall {
  /** Whether it is the call that was asked about. */
  own: boolean;
  /** In ms since 1970, by the database's clock. */
  claimedAt: number;
  /** Undefined while it is not known to be accepted. */
  providerMessageId: string | undefined;
  /** Whether it may say the same. */
  alike: boolean;
}

/** A hop to be claimed, under a token of the processing that asks. */
export interface ClaimRequest {
  delivery: Delivery<unknown>;
  token: string;
}

/** How a claimed hop has ended. */
export interface Settlement extends ClaimRequest {
  outcome: Outcome;
}

/** Where hops are claimed before anything is decided, and settled afterwards. */
export abstract class Ledger {
  /**
   * @returns in the order of the requests; `Refused` where PostgreSQL refuses what is said of this one.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract claim(requests: readonly ClaimRequest[]): Promise<(Claim | Refused)[]>;

  /**
   * Settles claims. The token decides, never the clock; a late acceptance still upgrades `unknown`.
   * @returns in the order of the settlements: false where another processing has taken the hop over meanwhile;
   * `Refused` where PostgreSQL refuses what is said of this one.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract settle(settlements: readonly Settlement[]): Promise<(boolean | Refused)[]>;

  /** Records a receipt or a look-up as evidence that a hop was accepted, and under which id of the provider. */
  abstract markAccepted(id: string, hop: number, providerMessageId?: string): Promise<void>;

  /**
   * The calls between the same two as this hop's, itself included, that were claimed within so many milliseconds of it.
   */
  abstract siblingCalls(id: string, hop: number, withinMs: number): Promise<SiblingCall[]>;
}
