import type { Migration } from '#libs/persistence';
import { accessMigrations } from './access/access.migrations.ts';
import { countsMigration } from './counts/counts.migrations.ts';
import { controlMigrations } from './controls/controls.migrations.ts';
import { letterMigrations } from './letters/letters.migrations.ts';
import { operationMigrations } from './operations/operations.migrations.ts';
import { suppressionsMigration } from './suppressions/suppressions.migrations.ts';
import { unreadableMigration } from './unreadable/unreadable.migrations.ts';

/** Facts, and the state computed from them. Everything except `event`, `orphan` and `dead_letter` can be recomputed. */
export const reportingMigrations: readonly Migration[] = [
  {
    name: '001-projection',
    sql: `
      CREATE TABLE message (
        id uuid PRIMARY KEY,
        tenant text NOT NULL,
        channel text NOT NULL,
        message_id text NOT NULL,
        lane text,
        category text,
        trace_id text,
        requested_at timestamptz NOT NULL,
        recipients jsonb NOT NULL DEFAULT '[]',
        correlation_id text,
        tags text[] NOT NULL DEFAULT '{}',
        status text NOT NULL,
        status_at timestamptz NOT NULL,
        final boolean NOT NULL,
        engagement text[] NOT NULL DEFAULT '{}',
        provider text,
        attempts integer NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 70);
      CREATE INDEX message_newest ON message (requested_at DESC, id DESC) INCLUDE (tenant, channel, status);
      CREATE INDEX message_of_tenant ON message (tenant, channel, requested_at DESC, id DESC);
      CREATE INDEX message_in_status ON message (status, requested_at DESC, id DESC);

      CREATE TABLE event (
        event_id uuid PRIMARY KEY,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        hop integer,
        fact jsonb NOT NULL
      );
      CREATE INDEX event_of_message ON event (id);

      CREATE TABLE recipient (
        hash text NOT NULL,
        id uuid NOT NULL,
        PRIMARY KEY (hash, id)
      );

      CREATE TABLE provider_reference (
        provider text NOT NULL,
        provider_message_id text NOT NULL,
        members jsonb NOT NULL,
        PRIMARY KEY (provider, provider_message_id)
      );

      CREATE TABLE orphan (
        event_id uuid PRIMARY KEY,
        provider text NOT NULL,
        provider_message_id text NOT NULL,
        came_at timestamptz NOT NULL DEFAULT now(),
        fact jsonb NOT NULL
      );
      CREATE INDEX orphan_by_reference ON orphan (provider, provider_message_id);

      CREATE TABLE dead_letter (
        event_id uuid PRIMARY KEY,
        id uuid NOT NULL,
        tenant text NOT NULL,
        channel text NOT NULL,
        message_id text NOT NULL,
        lane text NOT NULL,
        at timestamptz NOT NULL,
        requested_at timestamptz NOT NULL,
        hop integer NOT NULL,
        reason text NOT NULL,
        attempts integer NOT NULL,
        failure jsonb NOT NULL
      );
      CREATE INDEX dead_letter_newest ON dead_letter (at DESC, event_id DESC);
      CREATE INDEX dead_letter_of_message ON dead_letter (id)`,
  },
  {
    name: '002-lacks',
    sql: "ALTER TABLE dead_letter ADD COLUMN lacks text[] NOT NULL DEFAULT '{}'",
  },
  ...accessMigrations,
  {
    name: '004-receipt-asked',
    sql: `
      ALTER TABLE message ADD COLUMN receipt_asked boolean NOT NULL DEFAULT false;
      CREATE INDEX message_without_receipt ON message (status_at)
       WHERE status IN ('sent', 'delayed') AND NOT final AND NOT receipt_asked;
      COMMENT ON COLUMN message.receipt_asked IS 'Its channel was asked to find out what became of it.'`,
  },
  ...operationMigrations,
  ...letterMigrations,
  ...controlMigrations,
  suppressionsMigration,
  unreadableMigration,
  countsMigration,
];
