import type { Migration } from '#libs/persistence';

/** API keys, and the audit: append-only for everybody but the owner of the table, who can drop the trigger. */
export const accessMigrations: readonly Migration[] = [
  {
    name: '003-access',
    sql: `
      CREATE TABLE api_key (
        id text PRIMARY KEY,
        hash bytea NOT NULL,
        name text NOT NULL,
        scopes text[] NOT NULL,
        tenants text[],
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
        expires_at timestamptz,
        revoked_at timestamptz,
        revoked_by text,
        last_used_at timestamptz
      );
      CREATE INDEX api_key_newest ON api_key (made_at DESC, id DESC);

      CREATE TABLE audit (
        seq bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        who text NOT NULL,
        action text NOT NULL,
        target text NOT NULL,
        tenants text[],
        outcome text NOT NULL,
        details jsonb NOT NULL,
        previous text NOT NULL,
        hash text NOT NULL
      );
      CREATE TABLE audit_head (
        id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        seq bigint NOT NULL,
        hash text NOT NULL
      );
      INSERT INTO audit_head (seq, hash) VALUES (0, repeat('0', 64));

      CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the audit only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
        END
      $$;
      CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()`,
  },
];
