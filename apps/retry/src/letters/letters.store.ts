import { type DeadLetter, type Identity, identityKey } from '#libs/contracts';
import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readLetter, writeLetter } from '../payload.ts';
import { columnsOfLetter } from './letter.policy.ts';
import { Letters, type SettledLetter } from './letters.port.ts';

/** A letter to keep, with its message's trace headers. */
export interface NewLetter {
  letter: DeadLetter;
  trace: Record<string, string>;
}

@Injectable()
export class PostgresLetters extends Letters {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async add(letter: DeadLetter, trace: Record<string, string>): Promise<void> {
    await database('letter', () => transaction(this.pool, (client) => keepLetters(client, [{ letter, trace }])));
  }

  async unreported(most: number): Promise<SettledLetter[]> {
    const { rows } = await database('letter', () =>
      this.pool.query<Omit<SettledLetter, 'at' | 'letter'> & { at: Date; payload: string }>(unreportedSql, [most]),
    );
    return rows.map(({ at, payload, ...row }) => ({ ...row, at: at.toISOString(), letter: readLetter(payload) }));
  }

  async markReported(letters: readonly SettledLetter[]): Promise<void> {
    await database('letter', () =>
      this.pool.query(reportedSql, [letters.map(({ id }) => id), letters.map(({ hop }) => hop)]),
    );
  }

  async discardedBefore(of: Identity, hop: number, operationId: string): Promise<void> {
    await database('letter', () => this.pool.query(discardedSql, [identityKey(of), hop, operationId]));
  }
}

/**
 * Keeps letters, in the transaction of the decision that gave their messages up. An earlier letter of the same message
 * has been overtaken.
 */
export async function keepLetters(client: PoolClient, letters: readonly NewLetter[]): Promise<void> {
  if (letters.length === 0) return;
  const rows = letters
    .map(({ letter, trace }) => ({ id: identityKey(letter), letter, trace, ...columnsOfLetter(letter) }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const of = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
  const [ids, hops] = [of(({ id }) => id), of(({ letter }) => letter.hop)];
  await client.query(overtakenSql, [ids, hops]);
  await client.query(keepSql, [
    ids,
    hops,
    of(({ letter }) => letter.channel),
    of(({ letter }) => letter.tenant),
    of(({ letter }) => letter.messageId),
    of(({ letter }) => letter.lane),
    of(({ letter }) => letter.reason),
    of(({ code }) => code),
    of(({ provider }) => provider),
    of(({ template }) => template),
    of(({ unconfirmed }) => unconfirmed),
    of(({ letter }) => letter.expiresAt),
    of(({ letter }) => writeLetter(letter)),
    of(({ trace }) => JSON.stringify(trace)),
  ]);
}

const overtakenSql = `
UPDATE retry.letter l SET state = 'resolved', ended_at = now(), payload = NULL
  FROM unnest($1::uuid[], $2::int[]) AS n (id, hop)
 WHERE l.id = n.id AND l.hop < n.hop AND l.state = 'open'`;

// That an earlier call is unconfirmed outlives the redrive, which begins its attempts anew.
const keepSql = `
INSERT INTO retry.letter (id, hop, channel, tenant, message_id, lane, reason, code, provider, template, unconfirmed,
  expires_at, payload, trace, operation_id)
SELECT n.id, n.hop, n.channel, n.tenant, n.message_id, n.lane, n.reason, n.code, n.provider, n.template,
       n.unconfirmed OR EXISTS (SELECT 1 FROM retry.letter e WHERE e.id = n.id AND e.hop < n.hop AND e.unconfirmed),
       n.expires_at, n.payload, n.trace,
       (SELECT e.settled_by FROM retry.letter e WHERE e.id = n.id AND e.hop < n.hop AND e.state = 'redriven'
         ORDER BY e.hop DESC LIMIT 1)
  FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
         $10::text[], $11::boolean[], $12::timestamptz[], $13::json[], $14::json[])
    AS n (id, hop, channel, tenant, message_id, lane, reason, code, provider, template, unconfirmed, expires_at,
          payload, trace)
ON CONFLICT (id, hop) DO NOTHING`;

const unreportedSql = `
SELECT id, hop, state, settled_by AS "operationId", redriven_hop AS "redrivenHop", ended_at AS at,
       payload::text AS payload, trace
  FROM retry.letter WHERE settled_by IS NOT NULL AND reported_at IS NULL ORDER BY ended_at LIMIT $1`;

const reportedSql = `
UPDATE retry.letter l SET reported_at = now(), payload = NULL
  FROM unnest($1::uuid[], $2::int[]) AS r (id, hop) WHERE l.id = r.id AND l.hop = r.hop`;

const discardedSql = `
UPDATE retry.letter SET state = 'discarded', settled_by = $3, ended_at = now(), reported_at = now(), payload = NULL
 WHERE id = $1 AND hop <= $2 AND state = 'open'`;
