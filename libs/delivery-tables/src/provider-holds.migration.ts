import type { Migration } from '#libs/persistence';

/** A row per provider, account and scope that was held lately. */
export const providerHoldMigration: Migration = {
  name: '008-provider-hold',
  sql: `
    CREATE TABLE provider_hold (
      provider   text NOT NULL,
      account    text NOT NULL,
      scope      text NOT NULL,
      id         uuid NOT NULL UNIQUE,
      seq        integer NOT NULL DEFAULT 1,
      state      text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'lifted')),
      round      integer NOT NULL DEFAULT 1,
      until      timestamptz NOT NULL,
      kind       text NOT NULL,
      code       text NOT NULL,
      meaning    text NOT NULL,
      by         text,
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      published  integer NOT NULL DEFAULT 0,
      PRIMARY KEY (provider, account, scope)
    ) WITH (fillfactor = 50);
    COMMENT ON TABLE provider_hold IS 'Providers that are left alone, since an answer of theirs asked for it.';
    COMMENT ON COLUMN provider_hold.account IS 'Digest of the credential.';
    COMMENT ON COLUMN provider_hold.round IS 'How many holds there were in a row.';
    COMMENT ON COLUMN provider_hold.published IS 'The seq up to which its changes have been published.'`,
};
