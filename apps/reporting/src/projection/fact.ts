import type {
  Channel,
  ConsideredProvider,
  Failure,
  Identity,
  Lane,
  LetterReason,
  LetterState,
  RecipientRef,
  StatusChanged,
} from '#libs/contracts';

/** A stored fact: neither address nor content, times in UTC to the millisecond, so that they sort as text. */
export interface KeptFact {
  /** A UUID. */
  eventId: string;
  status: StatusChanged['status'];
  final: boolean;
  at: string;
  source: StatusChanged['source'];
  hop?: number | undefined;
  attempt?: number | undefined;
  provider?: string | undefined;
  providerMessageId?: string | undefined;
  /** Our name for the call: a provider that is asked for a receipt may find the message by it. */
  callId?: string | undefined;
  recipient?: RecipientRef | undefined;
  recipientCount?: number | undefined;
  recipients?: RecipientRef[] | undefined;
  failure?: Failure | undefined;
  /** Of a click: which link, as a hash. */
  link?: string | undefined;
  segments?: number | undefined;
  encoding?: StatusChanged['encoding'];
  nextAt?: string | undefined;
  /** Which providers could take it, and why each was or was not taken. */
  route?: ConsideredProvider[] | undefined;
  reason?: string | undefined;
  /** The operation of an operator that it comes of. */
  operationId?: string | undefined;
  /** Of a request: it was not to go before this. */
  sendAt?: string | undefined;
  lane?: Lane | undefined;
  category?: string | undefined;
  traceId?: string | undefined;
  correlationId?: string | undefined;
  tags?: string[] | undefined;
  /** The names of the templates that its request uses. */
  templates?: string[] | undefined;
  /** Of a request to a phone number: its country, ISO 3166. */
  country?: string | undefined;
  /** Names of fields that could not be kept. */
  lacks?: string[] | undefined;
}

/** A fact to be stored. Without an identity it is a receipt that has only the provider's message id. */
export interface IncomingFact {
  of: Identity | undefined;
  fact: KeptFact;
}

/** A message that was given up, without its payload. */
export interface DeadLetterFact {
  eventId: string;
  /** The identityKey of libs/contracts. */
  id: string;
  tenant: string;
  channel: Channel;
  messageId: string;
  lane: Lane;
  at: string;
  requestedAt: string;
  hop: number;
  reason: LetterReason;
  /** The number of attempts at providers. */
  attempts: number;
  failure: Failure;
  /** The name of its template. */
  template?: string | undefined;
  /** Until when it was wanted. */
  expiresAt?: string | null | undefined;
  /** Derived from facts; undefined: as it comes from Kafka. */
  state?: LetterState | undefined;
  /** The operation that redrove or discarded it. */
  settledBy?: string | null | undefined;
  /** The redrive after which it was given up again. */
  operationId?: string | null | undefined;
  /** Names of fields that could not be kept. */
  lacks?: string[] | undefined;
}
