import type { ControlChanged } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { bisect, type Refused } from '#libs/batching';
import { arrayText, database, isDataError, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { controlsValueSql } from '#libs/runtime';
import {
  type SiblingCall,
  type Claim,
  type ClaimRequest,
  type Delivery,
  Ledger,
  type Outcome,
  type Settlement,
  type SuppressionFound,
} from '../delivery.ts';
import { type HoldRow, holdOfRow, holdsValueSql } from '../route/holds/holds.store.ts';
import type { Hold } from '../route/holds/holds.port.ts';
import { siblingCalls } from '../reconcile/sibling-calls.store.ts';
import { daysOf, keepPartitions, type LedgerTimes, type Period, periodFinder } from './ledger.partitions.ts';

export interface LedgerOptions extends LedgerTimes {
  pool: Pool;
  /** The channel's schema. */
  schema: string;
  /** The duration of a lease: the call's timeout and the guard, in milliseconds. */
  leaseMs: number;
  /** Given the channel's holds, as they were read with a claim. */
  onHolds?: (holds: readonly Hold[]) => void;
}

interface Evidence {
  id: string;
  hop: number;
  providerMessageId: string | undefined;
}

interface ClaimRow {
  ord: number;
  elsewhere: boolean | null;
  accepted_by: number | null;
  first_digest: string | null;
  token: string | null;
  call_id: string;
  state: string;
  source: string;
  attempt: number;
  lease_left_ms: number;
  settled_at: Date | null;
  outcome: Outcome | null;
  suppressions: SuppressionFound[] | null;
  cancelled: boolean;
  /** Of the row with the place 0, which is about no claim. */
  holds: HoldRow[] | null;
  /** Of the same row. */
  controls: ControlChanged[] | null;
}

/** One statement for each batch of claims, settlements or evidence. */
export class PostgresLedger extends Ledger {
  private readonly options: LedgerOptions;
  private readonly evidences: MicroBatch<Evidence, true>;
  private partitions: Promise<Period[]> | undefined;
  private partitionsUntil = 0;

  constructor(options: LedgerOptions) {
    super();
    this.options = options;
    this.evidences = microBatch({ size: 500, lingerMs: 2 }, (entries) =>
      database('mark accepted', () => this.markAllAccepted(entries)),
    );
  }

  claim(requests: readonly ClaimRequest[]): Promise<(Claim | Refused)[]> {
    return bisect(requests, (part) => database('claim', () => this.claimAll(part)), isDataError);
  }

  settle(settlements: readonly Settlement[]): Promise<(boolean | Refused)[]> {
    return bisect(settlements, (part) => database('settle', () => this.settleAll(part)), isDataError);
  }

  async markAccepted(id: string, hop: number, providerMessageId?: string): Promise<void> {
    await this.evidences.add({ id, hop, providerMessageId });
  }

  siblingCalls(id: string, hop: number, withinMs: number, participants?: string): Promise<SiblingCall[]> {
    return database('look up', () => siblingCalls(this.options, id, hop, withinMs, participants));
  }

  private async claimAll(entries: readonly ClaimRequest[]): Promise<Claim[]> {
    const periods = await this.readyPartitions();
    return inTurns(entries, (turn) => this.claimTurn(turn, periods));
  }

  private async claimTurn(given: readonly ClaimRequest[], periods: readonly Period[]): Promise<Claim[]> {
    const periodOf = periodFinder(periods);
    const remembered = given.filter(({ delivery }) => periodOf(delivery.rememberedAt));
    const claims = remembered.length > 0 ? await this.claimRemembered(remembered, periodOf) : [];
    if (claims.length === given.length) return claims;
    const left = claims.values();
    return given.map(({ delivery }) =>
      periodOf(delivery.rememberedAt) ? left.next().value! : { verdict: 'forgotten' },
    );
  }

  private async claimRemembered(
    entries: readonly ClaimRequest[],
    periodOf: (time: Date) => Period | undefined,
  ): Promise<Claim[]> {
    const { pool, schema, leaseMs } = this.options;
    const of = (pick: (entry: ClaimRequest) => string | number | null | undefined) => arrayText(entries.map(pick));
    const periods = entries.map(({ delivery }) => periodOf(delivery.rememberedAt)!);
    const people = peopleOf(entries);
    const { rows } = await pool.query<ClaimRow>({
      name: 'claim',
      text: claimSql(schema),
      values: [
        of(({ delivery }) => delivery.id),
        of(({ delivery }) => delivery.hop),
        arrayText(periods.map(({ from }) => from)),
        of(({ token }) => token),
        of(({ delivery }) => delivery.source),
        of(({ delivery }) => delivery.digest),
        of(({ delivery }) => delivery.attemptCount + 1),
        of(({ delivery }) => fingerprintOf(delivery)?.participants),
        of(({ delivery }) => fingerprintOf(delivery)?.contentHash),
        leaseMs,
        commonDays(periods),
        arrayText(people.ords),
        arrayText(people.hashes),
      ],
    });
    if (rows.length === 0) return entries.map(({ token }) => ({ verdict: 'mine', token }));
    const unusual = new Map(rows.map((row) => [Number(row.ord), row]));
    const { holds, controls } = unusual.get(0) ?? {};
    if (holds) this.options.onHolds?.(holds.map(holdOfRow));
    return entries.map((entry, index) => withControls(verdictOf(entry, unusual.get(index + 1)), controls));
  }

  private async settleAll(entries: readonly Settlement[]): Promise<boolean[]> {
    const periods = await this.readyPartitions();
    return inTurns(entries, (turn) => this.settleTurn(turn, periods));
  }

  private async settleTurn(entries: readonly Settlement[], periods: readonly Period[]): Promise<boolean[]> {
    const { pool, schema } = this.options;
    const periodOf = periodFinder(periods);
    const of = (pick: (entry: Settlement) => string | number) => arrayText(entries.map(pick));
    const { rows } = await pool.query<{ ord: number }>({
      name: 'settle',
      text: settleSql(schema),
      values: [
        of(({ delivery }) => delivery.id),
        of(({ delivery }) => delivery.hop),
        of(({ delivery }) => (periodOf(delivery.rememberedAt) ?? periods[0]!).from),
        of(({ token }) => token),
        of(({ outcome }) => outcome.kind),
        of(({ delivery }) => delivery.source),
        of(({ delivery }) => delivery.attemptCount + 1),
        JSON.stringify(entries.map(({ outcome }) => outcome)),
      ],
    });
    if (rows.length === 0) return entries.map(() => true);
    const takenOver = new Set(rows.map((row) => Number(row.ord)));
    return entries.map((_, index) => !takenOver.has(index + 1));
  }

  /** Only unconfirmed rows are updated: a usual receipt costs one look-up by key. */
  private async markAllAccepted(entries: readonly Evidence[]): Promise<true[]> {
    await this.options.pool.query(
      `UPDATE ${this.options.schema}.ledger l SET accepted = true, evidence = coalesce(l.evidence, i.evidence)
         FROM (SELECT id, hop, max(evidence) AS evidence FROM unnest($1::uuid[], $2::int[], $3::text[]) AS t(id, hop,
           evidence) GROUP BY id, hop) i
        WHERE l.id = i.id AND l.hop = i.hop AND l.state NOT IN ('sent', 'acceptance-revoked') AND (NOT l.accepted
          OR (l.evidence IS NULL AND i.evidence IS NOT NULL))`,
      [
        entries.map(({ id }) => id),
        entries.map(({ hop }) => hop),
        entries.map(({ providerMessageId }) => providerMessageId ?? null),
      ],
    );
    return entries.map(() => true);
  }

  private readyPartitions(): Promise<Period[]> {
    if (!this.partitions || Date.now() > this.partitionsUntil) {
      this.partitionsUntil = Date.now() + 3_600_000;
      const { pool, schema } = this.options;
      this.partitions = keepPartitions(pool, schema, new Date(), this.options);
      this.partitions.catch(() => (this.partitions = undefined));
    }
    return this.partitions;
  }
}

/**
 * The length of the period that all of them belong to; 0 where they belong to several, so not all to the current one.
 */
function commonDays(periods: readonly Period[]): number {
  const [first] = periods;
  return first && periods.every((period) => period === first) ? daysOf(first) : 0;
}

/** Each recipient with the index of its claim, from 1. A look-up sends nothing, so suppressions do not matter to it. */
function peopleOf(entries: readonly ClaimRequest[]): { ords: number[]; hashes: string[] } {
  const people: { ords: number[]; hashes: string[] } = { ords: [], hashes: [] };
  for (const [index, { delivery }] of entries.entries()) {
    if (delivery.mode !== 'send') continue;
    for (const { hash } of delivery.recipients) {
      people.ords.push(index + 1);
      people.hashes.push(hash);
    }
  }
  return people;
}

/**
 * Claims, and reads cancellations of the message and suppressions of the recipients: one probe of the index by
 * recipient. OFFSET prevents the planner from reading the whole table. It returns only the claims about which there is
 * something to report. Holds of providers and operators' controls come with it, where there are any, in a row of their
 * own.
 */
const claimSql = (schema: string) => `
SELECT a.*, NULL::jsonb AS holds, NULL::jsonb AS controls FROM (
  SELECT c.*, k.suppressions, EXISTS (SELECT 1 FROM ${schema}.cancellation x
    WHERE x.id = ($1::uuid[])[c.ord]) AS cancelled
    FROM ${schema}.claim_hops($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) c
    LEFT JOIN (
      SELECT r.ord, jsonb_agg(f.found) AS suppressions
        FROM unnest($12::bigint[], $13::uuid[]) AS r(ord, recipient)
       CROSS JOIN LATERAL (
         SELECT jsonb_build_object('recipient', replace(s.recipient::text, '-', ''), 'scope', s.scope, 'tenant',
           s.tenant, 'reason', s.reason, 'since', s.at) AS found
           FROM ${schema}.suppression s WHERE s.recipient = r.recipient AND NOT s.lifted OFFSET 0) f
       GROUP BY r.ord) k USING (ord)) a
 WHERE (state = 'claimed' AND token = ($4::uuid[])[ord] AND suppressions IS NULL AND NOT cancelled) IS NOT TRUE
UNION ALL
SELECT 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.holds, h.controls
  FROM (SELECT ${holdsValueSql(schema)} AS holds, ${controlsValueSql(schema)} AS controls) h
 WHERE h.holds IS NOT NULL OR h.controls IS NOT NULL`;

const withControls = (claim: Claim, controls: readonly ControlChanged[] | null | undefined): Claim =>
  claim.verdict === 'mine' && controls ? { ...claim, controls } : claim;

/** A look-up makes no call of its own: it must not be counted as one. */
const fingerprintOf = ({ mode, fingerprint }: Delivery<unknown>) => (mode === 'send' ? fingerprint : undefined);

/** One statement cannot update a row twice: copies of one hop in a batch are claimed one after another. */
async function inTurns<E extends ClaimRequest, O>(
  entries: readonly E[],
  work: (turn: E[]) => Promise<O[]>,
): Promise<O[]> {
  const ids = new Set(entries.map(({ delivery }) => delivery.id));
  if (ids.size === entries.length) return work([...entries]);
  const answers = new Map<E, O>();
  let rest = [...entries];
  while (rest.length > 0) {
    const first = new Map<string, E>();
    for (const entry of rest) {
      const key = `${entry.delivery.id}/${entry.delivery.hop}`;
      if (!first.has(key)) first.set(key, entry);
    }
    const turn = [...first.values()];
    const done = await work(turn);
    for (const [index, entry] of turn.entries()) answers.set(entry, done[index]!);
    rest = rest.filter((entry) => !answers.has(entry));
  }
  return entries.map((entry) => answers.get(entry)!);
}

function verdictOf({ delivery, token }: ClaimRequest, row: ClaimRow | undefined): Claim {
  if (!row) return { verdict: 'mine', token };
  const otherContent =
    delivery.digest !== undefined && row.first_digest !== null && row.first_digest !== delivery.digest;
  if (row.elsewhere || row.token === null) return { verdict: otherContent ? 'conflict' : 'repeat' };
  if (row.token === token && row.state === 'claimed')
    return {
      verdict: 'mine',
      token,
      ...(row.suppressions && { suppressions: row.suppressions }),
      ...(row.cancelled && delivery.mode === 'send' && { cancelled: true }),
    };
  if (row.source !== delivery.source)
    return otherContent ? { verdict: 'conflict' } : { verdict: 'repeat', of: row.source };
  if (row.state === 'claimed') return { verdict: 'running', waitMs: Math.max(50, row.lease_left_ms + 20) };
  return { verdict: 'settled', outcome: row.outcome ?? impliedOutcome(row) };
}

/** States that the claim statement itself sets; their rows have no outcome. */
function impliedOutcome(row: ClaimRow): Outcome {
  const at = (row.settled_at ?? new Date()).toISOString();
  if (row.state === 'superseded') return { kind: 'superseded', at, by: row.accepted_by ?? undefined };
  const failure = ownFailure(
    'MSG_ABANDONED',
    'unknown',
    'backoff',
    'The service stopped while it was sending; the provider may have taken the message.',
  );
  return { kind: 'unknown', at, callId: row.call_id, attempt: row.attempt, failure };
}

/**
 * Settles where the token still matches; evidence of acceptance also upgrades a row that became `unknown` meanwhile. It
 * returns those that another replica has taken over.
 */
const settleSql = (schema: string) => `
WITH given AS (
  SELECT * FROM ROWS FROM (unnest($1::uuid[]), unnest($2::int[]), unnest($3::date[]), unnest($4::uuid[]),
    unnest($5::text[]), unnest($6::text[]), unnest($7::int[]), jsonb_array_elements($8::jsonb))
    WITH ORDINALITY AS i(id, hop, day, token, state, source, attempt, outcome, ord)
), settled AS (
  INSERT INTO ${schema}.ledger AS l (id, hop, day, token, call_id, state, source, attempt, lease_until, claimed_at,
    settled_at, outcome)
  SELECT i.id, i.hop, i.day, i.token, i.token, i.state, i.source, i.attempt, clock_timestamp(), clock_timestamp(),
    clock_timestamp(), i.outcome
    FROM given i
   ORDER BY i.id, i.hop
  ON CONFLICT (id, hop, day) DO UPDATE SET
    state = excluded.state, outcome = excluded.outcome, settled_at = excluded.settled_at
    WHERE (l.token = excluded.token AND (l.state = 'claimed' OR l.state = excluded.state))
       OR (l.call_id = excluded.call_id AND l.state = 'unknown' AND excluded.state = 'sent')
  RETURNING l.id, l.hop
)
SELECT i.ord FROM given i LEFT JOIN settled s ON s.id = i.id AND s.hop = i.hop WHERE s.id IS NULL`;
