import { byUrgency, type Lane, shareOut } from '#libs/contracts';
import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type KnownHold, readsAsPause } from './key.policy.ts';
import { type Moved, ParkedPlans, type Round, type WaitedKey } from './parked-plans.port.ts';
import { FIRST_RATE, type Ramp } from './ramp.policy.ts';

/** Most plans at once that have been parked for as long as they may be. */
const LONGEST_PORTION = 500;

interface ConditionRow {
  id: string;
  key: string;
  rate: number;
  since: number;
  moved_at: number;
  credit: number;
  moved: number;
  came_back: number;
}

type HoldRow = KnownHold & { key: string };

interface PauseRow {
  key: string;
  since: number;
}

interface Found {
  now: number;
  conditions: ConditionRow[];
  holds: HoldRow[];
  pauses: PauseRow[];
}

interface Portion {
  row: ConditionRow;
  round: Round;
}

@Injectable()
export class PostgresParkedPlans extends ParkedPlans {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async bringForward(next: (key: WaitedKey) => Round): Promise<Moved[]> {
    return database('bring forward', async () => {
      const found = await this.find();
      const changing = portionsOf(found, found.conditions, next).filter(isChange);
      if (changing.length === 0) return [];
      return transaction(this.pool, (client) => moveAll(client, found, changing, next));
    });
  }

  async bringLongest(): Promise<{ more: boolean }> {
    const { rowCount } = await database('bring forward', () =>
      this.pool.query({ name: 'bring longest', text: longestSql, values: [LONGEST_PORTION] }),
    );
    return { more: rowCount === LONGEST_PORTION };
  }

  private async find(): Promise<Found> {
    const { rows } = await this.pool.query<Found>({ name: 'conditions', text: findSql, values: [byUrgency] });
    return rows[0]!;
  }
}

function portionsOf(
  { now, holds, pauses }: Found,
  rows: readonly ConditionRow[],
  next: (key: WaitedKey) => Round,
): Portion[] {
  const known = new Map(holds.map(({ key, ...hold }) => [key, hold]));
  const paused = new Map(pauses.map(({ key, since }) => [key, since]));
  return rows.map((row) => ({
    row,
    round: next({ key: row.key, ramp: rampOf(row), holds: known, pauses: paused, now }),
  }));
}

const rampOf = ({ rate, since, moved_at, credit, moved, came_back }: ConditionRow): Ramp => ({
  rate,
  since,
  movedAt: moved_at,
  credit,
  moved,
  cameBack: came_back,
});

/** A key that stays closed is not written; the step that begins as it opens is, or it would begin each round. */
const isChange = ({ row, round }: Portion): boolean =>
  round.portion > 0 ||
  round.ramp.since !== row.since ||
  (round.ramp.rate === FIRST_RATE && (row.rate !== FIRST_RATE || row.moved > 0));

/** The rows are locked until what they gave is written: another replica passes over them meanwhile. */
async function moveAll(
  client: PoolClient,
  found: Found,
  changing: readonly Portion[],
  next: (key: WaitedKey) => Round,
): Promise<Moved[]> {
  const { rows } = await client.query<ConditionRow>(lockSql, [changing.map(({ row }) => row.id)]);
  const counted = await countCameBack(client, rows);
  const portions = portionsOf({ ...found, now: Math.max(found.now, await clock(client)) }, counted, next);
  const taken = await moveOf(client, portions);
  const written = portions.map(({ row, round }) => {
    const messages = taken.get(row.id) ?? 0;
    return { id: row.id, key: row.key, messages, ramp: { ...round.ramp, moved: round.ramp.moved + messages } };
  });
  await client.query(writeSql, [
    written.map(({ id }) => id),
    written.map(({ ramp }) => ramp.rate),
    written.map(({ ramp }) => ramp.since),
    written.map(({ ramp }) => ramp.movedAt),
    written.map(({ ramp }) => ramp.credit),
    written.map(({ ramp }) => ramp.moved),
    written.map(({ ramp }) => ramp.cameBack),
  ]);
  return written.flatMap(({ key, messages, ramp }) => (messages > 0 ? [{ key, messages, rate: ramp.rate }] : []));
}

async function clock(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ now: number }>(`SELECT ${msOf('clock_timestamp()')} AS now`);
  return rows[0]!.now;
}

async function countCameBack(client: PoolClient, rows: readonly ConditionRow[]): Promise<ConditionRow[]> {
  const counted = await client.query<{ condition: string; messages: number }>(
    `WITH gone AS (DELETE FROM retry.came_back WHERE condition = ANY($1::uuid[]) RETURNING condition, messages)
     SELECT condition, sum(messages)::int AS messages FROM gone GROUP BY condition`,
    [rows.map(({ id }) => id)],
  );
  const messages = new Map(counted.rows.map((row) => [row.condition, row.messages]));
  return rows.map((row) => ({ ...row, came_back: row.came_back + (messages.get(row.id) ?? 0) }));
}

/** How many of each condition were moved. */
async function moveOf(client: PoolClient, portions: readonly Portion[]): Promise<Map<string, number>> {
  const open = portions.filter(({ round }) => round.portion > 0);
  if (open.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; lane: Lane; waiting: number }>(waitingSql, [
    open.map(({ row }) => row.id),
    open.map(({ round }) => round.portion),
    byUrgency,
  ]);
  const shares = open.flatMap(({ row: { id, key }, round: { portion } }) => {
    const waiting = rows.filter((one) => one.id === id);
    const given = shareOut(
      portion,
      perLane((lane) => waiting.find((one) => one.lane === lane)?.waiting ?? 0),
      chances(),
    );
    return byUrgency.map((lane) => ({ id, lane, take: given[lane], inOrder: readsAsPause(key) }));
  });
  const wanted = shares.filter(({ take }) => take > 0);
  return new Map([
    ...(await moveShares(
      client,
      rested,
      wanted.filter(({ inOrder }) => !inOrder),
    )),
    ...(await moveShares(
      client,
      inOrderOfRequests,
      wanted.filter(({ inOrder }) => inOrder),
    )),
  ]);
}

/** @param order in which those of one key and lane go */
async function moveShares(
  client: PoolClient,
  order: string,
  shares: readonly { id: string; lane: Lane; take: number }[],
): Promise<[string, number][]> {
  if (shares.length === 0) return [];
  const moved = await client.query<{ waits_for: string; messages: number }>(moveSql(order), [
    shares.map(({ id }) => id),
    shares.map(({ lane }) => lane),
    shares.map(({ take }) => take),
  ]);
  return moved.rows.map(({ waits_for, messages }) => [waits_for, messages]);
}

const perLane = (of: (lane: Lane) => number): Record<Lane, number> => ({
  urgent: of('urgent'),
  transactional: of('transactional'),
  bulk: of('bulk'),
});

const chances = () => perLane(() => Math.random());

const msOf = (time: string) => `(extract(epoch FROM ${time}) * 1000)::float8`;
const timeOf = (ms: string) => `to_timestamp(${ms} / 1000)`;

const columns = `id, key, rate, ${msOf('since')} AS since, ${msOf('moved_at')} AS moved_at, credit, moved, came_back`;

const parked = "s.state = 'pending' AND s.waits_for IS NOT NULL AND s.not_before <= now()";

// A condition for which nothing is ready is left alone. In an order, so that the index is read and not the whole
// schedule.
const findSql = `
SELECT ${msOf('clock_timestamp()')} AS now,
       (SELECT coalesce(json_agg(c), '[]') FROM (
         SELECT ${columns} FROM retry.condition AS known WHERE EXISTS (
           SELECT 1 FROM unnest($1::text[]) AS l(lane) WHERE (
             SELECT true FROM retry.schedule s WHERE s.waits_for = known.id AND s.lane = l.lane AND ${parked}
              ORDER BY s.not_before LIMIT 1))
       ) c) AS conditions,
       (SELECT coalesce(json_agg(h), '[]')
          FROM (SELECT key, ${msOf('held_at')} AS "heldAt", ${msOf('until')} AS until FROM retry.hold) h) AS holds,
       (SELECT coalesce(json_agg(p), '[]')
          FROM (SELECT key, ${msOf('since')} AS since FROM retry.control
                 WHERE kind = 'pause' AND in_force AND (until IS NULL OR until > clock_timestamp())) p) AS pauses`;

const lockSql = `
SELECT ${columns} FROM retry.condition WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE SKIP LOCKED`;

const waitingSql = `
SELECT c.id, l.lane, w.waiting
  FROM unnest($1::uuid[], $2::int[]) AS c(id, portion)
 CROSS JOIN unnest($3::text[]) AS l(lane)
 CROSS JOIN LATERAL (SELECT count(*)::int AS waiting FROM (
   SELECT 1 FROM retry.schedule s WHERE s.waits_for = c.id AND s.lane = l.lane AND ${parked} LIMIT c.portion
 ) AS ready) AS w`;

const rested = 's.not_before';
const inOrderOfRequests = 's.requested_at, s.position';

const moveSql = (order: string) => `
WITH chosen AS MATERIALIZED (
  SELECT s.id, c.id AS waits_for FROM unnest($1::uuid[], $2::text[], $3::int[]) AS c(id, lane, take)
   CROSS JOIN LATERAL (
     SELECT s.id FROM retry.schedule s WHERE s.waits_for = c.id AND s.lane = c.lane AND ${parked}
      ORDER BY ${order} LIMIT c.take FOR UPDATE SKIP LOCKED
   ) AS s
), moved AS (
  UPDATE retry.schedule SET waits_for = NULL, due_at = now() WHERE id = ANY(ARRAY(SELECT id FROM chosen)) RETURNING id
)
SELECT waits_for, count(*)::int AS messages FROM chosen JOIN moved USING (id) GROUP BY waits_for`;

const writeSql = `
UPDATE retry.condition c
   SET rate = w.rate, since = ${timeOf('w.since')}, moved_at = ${timeOf('w.moved_at')}, credit = w.credit,
       moved = w.moved, came_back = w.came_back
  FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::int[], $7::int[])
    AS w(id, rate, since, moved_at, credit, moved, came_back)
 WHERE c.id = w.id`;

const longestSql = `
UPDATE retry.schedule SET waits_for = NULL, due_at = now()
 WHERE id = ANY(ARRAY(
   SELECT id FROM retry.schedule WHERE state = 'pending' AND waits_for IS NOT NULL AND due_at <= now()
    ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED))`;
