import type { Migration } from '#libs/persistence';

/** Why each record of `messaging.unreadable` is there, and where it came from; never its bytes. */
export const unreadableMigration: Migration = {
  name: '009-unreadable',
  sql: `
    CREATE TABLE unreadable (
      id uuid PRIMARY KEY,
      at timestamptz NOT NULL,
      partition integer NOT NULL,
      record_offset bigint NOT NULL,
      origin text NOT NULL,
      origin_partition integer,
      origin_offset bigint,
      origin_last_offset bigint,
      origin_at timestamptz,
      kept_by text,
      code text NOT NULL,
      stage text,
      error text,
      remedy text,
      event text,
      key_bytes integer NOT NULL,
      value_bytes integer NOT NULL,
      whole_bytes integer,
      tenant text,
      channel text,
      message_id text
    );
    CREATE INDEX unreadable_newest ON unreadable (at DESC, id DESC) INCLUDE (code, origin, tenant);
    CREATE INDEX unreadable_of_tenant ON unreadable (tenant, at DESC, id DESC) WHERE tenant IS NOT NULL`,
};
