import type { RecipientRef } from '#libs/contracts';
import type { ReturnedReference } from '../reference/call-reference.ts';
import type { Receipt } from './receipt.policy.ts';

/** A message that a provider took, and of whose end nothing is known. */
export interface TakenMessage {
  providerMessageId: string;
  /** As its webhooks would hand it back. */
  reference: ReturnedReference;
  /** Those of whom no end is known. */
  recipients: readonly RecipientRef[];
}

/** What a provider says of one message: its receipts, which are none while it is on its way. */
export type ReceiptAnswer = { known: true; receipts: readonly Receipt[] } | { known: false };

/**
 * The answer to one question. `answered: false`: nothing is known about any of the messages; `mayNotAsk`: nor will it
 * be while the credentials or the plan are what they are.
 */
export type ReceiptAnswers = { answered: true; of: readonly ReceiptAnswer[] } | { answered: false; mayNotAsk: boolean };

/** How a provider is asked what became of messages that it took. */
export interface ReceiptLookup {
  /** Most messages in one question. */
  readonly most: number;
  /**
   * Asks about some messages, at most `most`. Never throws for a failure of the provider or the network.
   * @param hashKey the key of the recipients' hashes
   * @returns in the order of the messages
   */
  ask(messages: readonly TakenMessage[], hashKey: string): Promise<ReceiptAnswers>;
}

/** How long a provider's receipts may take, and how often it may be asked for them. */
export interface ReceiptTimes {
  /** A message of which nothing was heard for so long is asked for, in milliseconds. */
  readonly firstLookMs: number;
  /** After so long no receipt is expected any more, in milliseconds. */
  readonly windowMs: number;
  /** The setting of how many questions a minute all replicas together may ask. */
  readonly perMinute: string;
}

/** Of a provider that says nothing else: it is not asked, and its receipts have this long. */
export const STANDARD_RECEIPT_WINDOW_MS = 72 * 3_600_000;
