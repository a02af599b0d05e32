import type { Migration } from '#libs/persistence';

/**
 * Who must not be written to, as `messaging.suppression.changed` says: one row per key of the topic. A lifted one stays
 * as a row, so that an older record that arrives late does not bring it back.
 */
export const suppressionsMigration: Migration = {
  name: '008-suppressions',
  sql: `
    CREATE TABLE suppression (
      channel text NOT NULL,
      recipient uuid NOT NULL,
      scope_key text NOT NULL,
      at timestamptz NOT NULL,
      lifted boolean NOT NULL,
      scope text,
      tenant text,
      reason text,
      mask text,
      provider text,
      source text,
      note text,
      by text,
      PRIMARY KEY (recipient, channel, scope_key)
    );
    CREATE INDEX suppression_newest ON suppression (at DESC, channel, recipient, scope_key);
    CREATE INDEX suppression_of_tenant ON suppression (tenant, at DESC, channel, recipient, scope_key)
     WHERE tenant IS NOT NULL`,
};
