import type {
  Attempt,
  Channel,
  ConsideredProvider,
  ControlChanged,
  UnconfirmedCall,
  Failure,
  Lane,
  PauseChanged,
  RecipientRef,
  Replay,
} from '#libs/contracts';
import type { Refused } from '#libs/batching';
import type { TextSize } from '#libs/providers';
import type { Addressee } from './quiet/quiet-hours.ts';

/** The sender of a message that may go from several. */
export interface SenderChoice {
  /** Keyed hash. */
  hash: string;
  /** As the timeline shows it. */
  shown: string;
  /** Those that are not taken, and why. */
  passedOver: readonly ConsideredProvider[];
  /** Other senders that have not failed the message. */
  untried: readonly string[];
}

/** A message as an earlier call may have sent it, from a sender that is not known for certain. */
export interface PossibleCall<M> {
  message: M;
  /** Keyed hash of its participants: the ledger knows which it was. */
  participants: string;
}

/** One hop of one message in the engine (docs/architecture.md). */
export interface Delivery<M> {
  channel: Channel;
  tenant: string;
  messageId: string;
  /** The ledger's key: the identityKey of libs/contracts. */
  id: string;
  lane: Lane;
  hop: number;
  mode: 'send' | 'reconcile';
  /** Retry got no answer to this hop and released it again: its outcome is published again. */
  again?: boolean | undefined;
  /** `topic/partition/offset` of the record: the same when it is read again. */
  source: string;
  /** The request's Kafka timestamp. */
  requestedAt: Date;
  /**
   * The time from which the ledger's retention of this hop counts: the same in every copy of its record. For the first
   * hop it is the request's time; for a later one the time it was planned for, so that a message scheduled far ahead is
   * not forgotten before it is sent.
   */
  rememberedAt: Date;
  sendAt: Date | undefined;
  expiresAt: Date;
  /**
   * The digest of the request, which distinguishes a repeat from another request under the same id; only the first hop
   * has one.
   */
  digest: string | undefined;
  /** The request's own key, base64; null where it had none. */
  key: string | null;
  /** The request as upstream published it, which is handed over to retry. */
  request: Record<string, unknown>;
  message: M;
  recipients: RecipientRef[];
  /** What quiet hours ask of it; undefined: nothing is known. */
  addressee?: Addressee | undefined;
  /** The place of its record in its partition: with its time, the order in which messages of a key came. */
  position?: number | undefined;
  /** The recipients that it is sent to now; undefined: all. */
  goesTo?: RecipientRef[] | undefined;
  /** Providers of the channel that an operator has paused, as its claim has read it. */
  pausedProviders?: readonly PauseChanged[] | undefined;
  /** Where there are several senders to choose from. */
  sender?: SenderChoice | undefined;
  /** A look-up of a call whose sender is not known: what it may have been. */
  possibleCalls?: readonly PossibleCall<M>[] | undefined;
  /** Keyed hashes of what it has in common with messages that look the same in the provider's list. */
  fingerprint?: { participants: string; contentHash: string | null } | undefined;
  /** The version of the template it is rendered with; undefined where it uses no template of ours. */
  templateVersion?: string | undefined;
  /** Why it cannot be rendered now, found at a later hop. */
  unfit?: Failure | undefined;
  /** Of many attempts the first and the last (docs/delivery.md). */
  attempts: Attempt[];
  /** How often a provider was tried. */
  attemptCount: number;
  /** How often it was put off for trouble that is not its own. */
  rests: number;
  /** When an operator sent it on its way again; ISO 8601. */
  redrivenAt?: string | undefined;
  unconfirmedCall: UnconfirmedCall | undefined;
  unconfirmedSince: string | undefined;
  correlationId: string | undefined;
  tags: string[] | undefined;
}

/** A suppression of one of its recipients, read with the claim; whether it applies to this message is decided later. */
export interface SuppressionFound {
  /** Keyed hash. */
  recipient: string;
  scope: string;
  /** Null: for every tenant. */
  tenant: string | null;
  reason: string;
  /** ISO 8601. */
  since: string;
}

/** A recipient who is left out, with the reason. */
export interface SuppressedRecipient {
  recipient: RecipientRef;
  failure: Failure;
  /** The reason in words. */
  why: string;
}

/** The recipient that a provider's refusal suppresses. */
export interface Forbidden {
  recipient: RecipientRef;
  scope: string;
  reason: string;
}

/** What is kept of a hop, whatever its outcome. */
interface HopDetails {
  /** Recipients that it left out. */
  suppressedRecipients?: SuppressedRecipient[];
  /** What was found of each provider that could take it, where it was not simply the first. */
  route?: readonly ConsideredProvider[];
  /** Keyed hash of the sender that was tried, where there were several. */
  sender?: string;
}

/** The outcome of a hop; stored in the ledger, so that a repeated record has the same result. `at` is ISO 8601. */
export type Outcome = HopDetails &
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
    | {
        kind: 'failed';
        at: string;
        provider?: string;
        attempt: number;
        failure: Failure;
        forbids?: Forbidden;
        elsewhere?: true;
        waitsFor?: string;
      }
    | {
        kind: 'unknown';
        at: string;
        provider?: string;
        callId: string;
        attempt: number;
        failure: Failure;
        traceparent?: string;
        replay?: Replay;
        /** The call carried other messages as well. */
        shared?: true;
      }
    /** `position`: it goes after those of its key that came before it. */
    | { kind: 'waiting'; at: string; until: string; reason: string; position?: number }
    /**
     * It waits for a key: of the providers that could take it (contracts' routeKey), or of what an operator has paused
     * (pausedKey). `position`: it goes after those of its key that came before it.
     */
    | { kind: 'parked'; at: string; waitsFor: string; reason: string; failure: Failure; position?: number }
    | { kind: 'expired'; at: string; failure: Failure }
    /** Upstream took it back before it was claimed, or an operator's rule is about it: `reason`. */
    | { kind: 'cancelled'; at: string; reason?: string }
    /** Nobody is left who may be written to. */
    | { kind: 'suppressed'; at: string; suppressedRecipients: SuppressedRecipient[] }
    | { kind: 'found'; at: string; provider: string; providerMessageId?: string }
    | { kind: 'unresolved'; at: string }
    /** `by`: the earlier hop that a provider took. */
    | { kind: 'superseded'; at: string; by?: number | undefined }
  );

/** The ledger's answer to a claim. */
export type Claim =
  /**
   * The hop is ours, under this token. `suppressions`: those of its recipients. `cancelled`: upstream has cancelled the
   * message. `controls`: what operators have paused or cancelled by filter.
   */
  | {
      verdict: 'mine';
      token: string;
      suppressions?: SuppressionFound[];
      cancelled?: true;
      controls?: readonly ControlChanged[];
    }
  /** This very record was settled before: report it again. */
  | { verdict: 'settled'; outcome: Outcome }
  /** Another processing holds it; look again after this many milliseconds. */
  | { verdict: 'running'; waitMs: number }
  /**
   * Another record of the same message and hop: absorbed in silence. `of`: the record that the hop is claimed for,
   * where it can be reported.
   */
  | { verdict: 'repeat'; of?: string }
  /** The id was used before for other content. */
  | { verdict: 'conflict' }
  /** Older than the ledger remembers. */
  | { verdict: 'forgotten' };

/** A call that may have been accepted, by what the ledger knows. */
export interface SiblingCall {
  /** Whether it is the call in question. */
  own: boolean;
  /** In ms since 1970, by the database's clock. */
  claimedAt: number;
  /** Undefined while it is not known whether it was accepted. */
  providerMessageId: string | undefined;
  /** Whether it may have the same content. */
  alike: boolean;
}

/** A hop to be claimed, under a token for this attempt to process it. */
export interface ClaimRequest {
  delivery: Delivery<unknown>;
  token: string;
}

/** The outcome of a claimed hop. */
export interface Settlement extends ClaimRequest {
  outcome: Outcome;
}

/** Where hops are claimed before anything is decided, and settled afterwards. */
export abstract class Ledger {
  /**
   * @returns in the order of the requests; `Refused` where PostgreSQL refuses the data of one.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract claim(requests: readonly ClaimRequest[]): Promise<(Claim | Refused)[]>;

  /**
   * Settles claims. The token decides, never the clock; a late acceptance still upgrades `unknown`.
   * @returns in the order of the settlements: false where another replica has taken the hop over meanwhile; `Refused`
   * where PostgreSQL refuses the data of one.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract settle(settlements: readonly Settlement[]): Promise<(boolean | Refused)[]>;

  /** Records a receipt or a look-up as evidence that a hop was accepted, with the provider's id. */
  abstract markAccepted(id: string, hop: number, providerMessageId?: string): Promise<void>;

  /**
   * The calls with the same fingerprint as this hop's, itself included, that were claimed within this many milliseconds
   * of it.
   * @param participants none, unless the hop was claimed for these; undefined: whoever they are
   */
  abstract siblingCalls(id: string, hop: number, withinMs: number, participants?: string): Promise<SiblingCall[]>;
}
