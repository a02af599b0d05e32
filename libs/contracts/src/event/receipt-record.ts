import { topics } from '../topics.ts';
import type { ReceiptMissing } from './receipt-missing.ts';

/** CloudEvents extension attribute of such a record: a channel can skip those of others without reading the value. */
export const RECEIPT_CHANNEL_HEADER = 'ce_factchannel';

/** The record that asks a channel for a receipt. */
export const receiptMissingRecord = (missing: ReceiptMissing) => ({
  topic: topics.receiptMissing,
  key: missing.messageId,
  value: missing,
  headers: { [RECEIPT_CHANNEL_HEADER]: missing.channel },
});
