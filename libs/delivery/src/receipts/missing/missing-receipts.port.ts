import type { ReceiptMissing } from '#libs/contracts';
import type { LastAnswer, OpenMessage } from './look.policy.ts';

/** A message to be watched. Times are in ms since 1970. */
export interface NewMissing extends OpenMessage {
  id: string;
  missing: ReceiptMissing;
  lookAt: number | undefined;
  giveUpAt: number;
}

/** A message whose receipt is missing, taken for a while by this replica. */
export interface Missing extends OpenMessage {
  id: string;
  hop: number;
  looks: number;
  answer: LastAnswer;
}

/** What came of a question. */
export interface Looked {
  id: string;
  hop: number;
  /** Whether it counts as a look. */
  isAnswered: boolean;
  answer: LastAnswer;
  open: readonly string[];
  /** In ms since 1970; undefined: no more. */
  lookAt: number | undefined;
}

/** How the receipts of a provider do. */
export interface ProviderReceipts {
  provider: string;
  /** When its last receipt came by a webhook; null: none ever. */
  seenAt: Date | null;
  /** Messages taken since then that got none: those that have ended, and those that still wait. */
  missed: number;
}

/**
 * The messages of a channel whose receipt is missing. All throw InfrastructureDown when Postgres cannot be reached;
 * repeating is safe. Replicas share the work: what one has taken, no other gets for a minute.
 */
export abstract class MissingReceipts {
  /** A repeat changes nothing. */
  abstract add(message: NewMissing): Promise<void>;

  /** A receipt has come. Undefined: about the message as a whole. */
  abstract ended(id: string, hop: number, recipient: string | undefined): Promise<void>;

  /** Whether there are any, and of which of these providers some are to be asked for now. */
  abstract due(providers: readonly string[]): Promise<{ any: boolean; due: string[] }>;

  /**
   * Takes the moments at which a provider may be asked, which all replicas share.
   * @param everyMs the time between two of them
   * @returns how many questions may be asked now
   */
  abstract turns(provider: string, everyMs: number): Promise<number>;

  /** Nobody asks a provider for a while. */
  abstract rest(provider: string, ms: number): Promise<void>;

  /** Takes messages of a provider that are to be asked for, the longest due first. */
  abstract take(provider: string, most: number): Promise<Missing[]>;

  /** Takes messages that have waited for their receipt long enough. */
  abstract takeOverdue(most: number): Promise<Missing[]>;

  /** Keeps what came of questions. */
  abstract keep(looked: readonly Looked[]): Promise<void>;

  /** Forgets messages that have ended. */
  abstract remove(ended: readonly { id: string; hop: number }[]): Promise<void>;

  /**
   * Notes what has been found out about receipts since the last call, and reads how they do.
   * @param seen providers of which a receipt came by a webhook
   * @param missed how many messages ended without one, by provider
   */
  abstract note(seen: readonly string[], missed: ReadonlyMap<string, number>): Promise<ProviderReceipts[]>;
}
