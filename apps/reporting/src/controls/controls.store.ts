import { type ControlChanged, controlKey, isOn } from '#libs/contracts';
import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { Tenants } from '../access/caller.policy.ts';
import type { Alongside } from '../operations/operations.port.ts';
import { type ControlRow, numbered, tenantsOf } from './control.ts';
import { type ControlChange, type ControlFilter, ControlTable, type OpenMessages } from './controls.port.ts';
import { followed } from './follow.policy.ts';

interface Stored {
  key: string;
  seq: number;
  value: ControlChanged;
  tenants: string[] | null;
  in_force: boolean;
  changed_at: Date;
  published: number;
}

const inForceSql = 'in_force AND (until IS NULL OR until > now())';
const columns = `key, seq, value, tenants, ${inForceSql} AS in_force, changed_at, published`;

@Injectable()
export class PostgresControlTable extends ControlTable {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  changing(change: ControlChange): Alongside {
    return async (client, operation) => {
      const known = await lock(client, change.key);
      const { rows } = await client.query<{ controls: number }>(
        `SELECT count(*)::int AS controls FROM reporting.control WHERE ${inForceSql}`,
      );
      const value = change.make(known && rowOf(known), operation, rows[0]!.controls);
      await write(client, numbered(value, (known?.seq ?? 0) + 1), 0);
      // Whoever has not heard of the change before will not: the topic keeps the latest of a key.
      if (known)
        await client.query(supersededSql, [
          known.value.operationId,
          `Another operation has taken its place: ${operation.id}.`,
        ]);
    };
  }

  async list({ tenants, ended, after, limit }: ControlFilter): Promise<ControlRow[]> {
    const { rows } = await database('controls', () =>
      this.pool.query<Stored>(
        `SELECT ${columns} FROM reporting.control
          WHERE ($1::text[] IS NULL OR tenants <@ $1) AND ($2 OR (${inForceSql}))
            AND ($3::timestamptz IS NULL OR (changed_at, key) < ($3, $4))
          ORDER BY changed_at DESC, key DESC LIMIT $5`,
        [tenants ?? null, ended, after?.at ?? null, after?.key ?? null, limit],
      ),
    );
    return rows.map(rowOf);
  }

  async find(key: string): Promise<ControlRow | undefined> {
    const { rows } = await database('controls', () =>
      this.pool.query<Stored>(`SELECT ${columns} FROM reporting.control WHERE key = $1`, [key]),
    );
    return rows[0] && rowOf(rows[0]);
  }

  async countOpen({ channel, tenant, tag, template, recipient }: OpenMessages): Promise<Record<string, number>> {
    const { rows } = await database('preview', () =>
      this.pool.query<{ status: string; messages: number }>(previewSql, [
        channel ?? null,
        tenant ?? null,
        tag ?? null,
        template ?? null,
        recipient ?? null,
      ]),
    );
    return Object.fromEntries(rows.map(({ status, messages }) => [status, messages]));
  }

  async eachUnpublished(publish: (changes: readonly ControlChanged[]) => Promise<void>): Promise<void> {
    await database('controls', () =>
      transaction(this.pool, async (client) => {
        const { rows } = await client.query<Stored>(
          `SELECT ${columns} FROM reporting.control WHERE published < seq
            ORDER BY changed_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
        );
        if (rows.length === 0) return;
        await publish(rows.map(({ value }) => value));
        await client.query('UPDATE reporting.control SET published = seq WHERE key = ANY($1::text[])', [
          rows.map(({ key }) => key),
        ]);
      }),
    );
  }

  async follow(record: ControlChanged): Promise<void> {
    await database('controls', () =>
      transaction(this.pool, async (client) => {
        const known = await lock(client, controlKey(record));
        switch (followed(known?.value, record)) {
          case 'nothing':
            return;
          case 'published':
            return void (await client.query(
              'UPDATE reporting.control SET published = greatest(published, $2) WHERE key = $1',
              [known!.key, record.seq],
            ));
          case 'record':
            return write(client, record, record.seq);
          case 'above':
            return write(client, numbered(known!.value, record.seq + 1), 0);
        }
      }),
    );
  }

  async publishAgain(key: string): Promise<void> {
    await database('controls', () =>
      this.pool.query('UPDATE reporting.control SET published = 0 WHERE key = $1', [key]),
    );
  }
}

/** One change of a key at a time, also of one that has no row yet. */
async function lock(client: PoolClient, key: string): Promise<Stored | undefined> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('control ' || $1, 0))", [key]);
  const { rows } = await client.query<Stored>(`SELECT ${columns} FROM reporting.control WHERE key = $1 FOR UPDATE`, [
    key,
  ]);
  return rows[0];
}

async function write(client: PoolClient, value: ControlChanged, published: number): Promise<void> {
  const until = value.kind === 'lift' ? null : (value.until ?? null);
  await client.query(
    `INSERT INTO reporting.control (key, kind, seq, in_force, until, value, tenants, changed_at, published)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, in_force = excluded.in_force, until = excluded.until,
       value = excluded.value, tenants = excluded.tenants, changed_at = excluded.changed_at,
       published = excluded.published`,
    [
      controlKey(value),
      value.kind,
      value.seq,
      isOn(value),
      until,
      value,
      stored(tenantsOf(value)),
      value.at,
      published,
    ],
  );
}

const stored = (tenants: Tenants): readonly string[] | null => (tenants === 'all' ? null : tenants);

const rowOf = ({ key, seq, value, tenants, in_force, changed_at, published }: Stored): ControlRow => ({
  key,
  value,
  tenants: tenants ?? 'all',
  isInForce: in_force,
  changedAt: changed_at,
  isPublished: published >= seq,
});

// Above every number that a service gives.
const supersededSql = `
INSERT INTO reporting.operation_word AS w (operation_id, service, seq, state, counts, reason, at)
SELECT o.id, s.service, 1000, 'stopped', '{}', $2, now()
  FROM reporting.operation o CROSS JOIN unnest(o.services) AS s(service) WHERE o.id = $1
ON CONFLICT (operation_id, service) DO UPDATE SET seq = excluded.seq, state = excluded.state,
  reason = excluded.reason, at = excluded.at
  WHERE w.state NOT IN ('done', 'stopped', 'failed')`;

// By the index of statuses: of all messages few have not ended.
const previewSql = `
SELECT status, count(*)::int AS messages FROM reporting.message m
 WHERE status IN ('accepted', 'scheduled', 'retrying', 'unconfirmed') AND NOT final
   AND ($1::text IS NULL OR channel = $1) AND ($2::text IS NULL OR tenant = $2)
   AND ($3::text IS NULL OR $3 = ANY(tags))
   AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM reporting.event e WHERE e.id = m.id AND e.fact -> 'templates' ? $4))
   AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM reporting.recipient r WHERE r.id = m.id AND r.hash = $5))
 GROUP BY status`;
