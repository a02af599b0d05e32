import type { Migration } from '#libs/persistence';

/** Messages that a provider took and whose receipt is missing, and what is known of each provider's receipts. */
export const missingReceiptMigration: Migration = {
  name: '009-missing-receipt',
  sql: `
    CREATE TABLE missing_receipt (
      id         uuid NOT NULL,
      hop        smallint NOT NULL,
      provider   text NOT NULL,
      sent_at    timestamptz NOT NULL,
      look_at    timestamptz,
      give_up_at timestamptz NOT NULL,
      looks      smallint NOT NULL DEFAULT 0,
      answer     text NOT NULL DEFAULT 'not-asked',
      open       text[] NOT NULL,
      missing    json NOT NULL,
      PRIMARY KEY (id, hop)
    ) WITH (fillfactor = 80);
    CREATE INDEX missing_receipt_look ON missing_receipt (provider, look_at) WHERE look_at IS NOT NULL;
    CREATE INDEX missing_receipt_sent ON missing_receipt (provider, sent_at);
    CREATE INDEX missing_receipt_give_up ON missing_receipt (give_up_at);
    COMMENT ON TABLE missing_receipt IS 'Messages that a provider took and of whose end nothing is known yet.';
    COMMENT ON COLUMN missing_receipt.look_at IS 'When the provider is asked next; null: no more.';
    COMMENT ON COLUMN missing_receipt.open IS 'Recipients of whom no end is known, by keyed hash.';

    CREATE TABLE provider_receipts (
      provider     text PRIMARY KEY,
      seen_at      timestamptz,
      missed       integer NOT NULL DEFAULT 0,
      next_look_at timestamptz NOT NULL DEFAULT clock_timestamp()
    ) WITH (fillfactor = 50);
    COMMENT ON COLUMN provider_receipts.seen_at IS 'When its last receipt came by a webhook, to within some seconds.';
    COMMENT ON COLUMN provider_receipts.missed
      IS 'How many messages in a row ended without a receipt by a webhook since then.';
    COMMENT ON COLUMN provider_receipts.next_look_at IS 'When any replica may ask it again for a missing receipt.'`,
};
