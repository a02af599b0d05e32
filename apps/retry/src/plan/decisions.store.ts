import { type CancelRuleChanged, identityKey, type SendDue } from '#libs/contracts';
import { database, type MicroBatch, microBatch, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { ruleFor, wordsOfRule } from '../controls/controlled.policy.ts';
import { FIRST_RATE } from '../park/ramp.policy.ts';
import { keepLetters, type NewLetter } from '../letters/letters.store.ts';
import { deadLetterOf, dueOf } from '../publish/facts.policy.ts';
import { writePayload } from '../payload.ts';
import type { Decision, Plan } from './decision.ts';
import { type Answer, Decisions, type Question } from './decisions.port.ts';

interface Progress {
  id: string;
  hop: number;
  fact: string | null;
  decision: Decision | null;
  accepted: boolean;
  cancelled: boolean;
  /** The hop that is given back now. */
  acceptanceRevoked?: number;
}

/** A plan to keep. */
export interface PlannedHop {
  id: string;
  plan: Plan;
  due: SendDue;
  trace: Record<string, string>;
}

/** Decides in micro-batches, one transaction each, with the messages' progress rows locked. */
@Injectable()
export class PostgresDecisions extends Decisions {
  private readonly batch: MicroBatch<Question, Answer | undefined>;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.batch = microBatch({ size: 200, lingerMs: 2 }, (questions) =>
      transaction(this.pool, (client) => decideAll(client, questions)),
    );
  }

  decideOnce(question: Question): Promise<Answer | undefined> {
    return database('plan', () => this.batch.add(question));
  }
}

async function decideAll(client: PoolClient, questions: readonly Question[]): Promise<(Answer | undefined)[]> {
  const progress = await lockProgress(
    client,
    questions.map(({ deferred }) => identityKey(deferred)),
  );
  const rules = await rulesIn(client);
  const raised = new Map<string, Progress>();
  const planned = new Map<string, PlannedHop>();
  const letters: NewLetter[] = [];
  const answers = questions.map(({ deferred, trace, decide }): Answer | undefined => {
    const id = identityKey(deferred);
    const known = progress.get(id) ?? { id, hop: 0, fact: null, decision: null, accepted: false, cancelled: false };
    if (known.hop === deferred.hop && known.fact === deferred.eventId && known.decision)
      return { decision: known.decision, repeated: true };
    if (known.hop >= deferred.hop) return undefined;
    // Whether another hop was taken is for the channel's ledger to say.
    const current = deferred.acceptanceRevoked ? { ...known, accepted: false, acceptanceRevoked: deferred.hop } : known;
    const rule = ruleFor(rules, deferred);
    const decision = decide(rule ? { ...current, cancelled: true, cancelledBecause: wordsOfRule(rule) } : current);
    const next = { ...current, hop: deferred.hop, fact: deferred.eventId, decision };
    progress.set(id, next);
    raised.set(id, next);
    if (decision.plan) planned.set(id, { id, plan: decision.plan, due: dueOf(deferred, decision.plan), trace });
    else planned.delete(id);
    const letter = deadLetterOf(deferred, decision);
    if (letter) letters.push({ letter, trace });
    return { decision, repeated: false };
  });
  await raiseHighWater(client, [...raised.values()]);
  await keepPlans(client, [...planned.values()]);
  await keepConditions(client, [...planned.values()]);
  await keepLetters(client, letters);
  return answers;
}

/** What operators have cancelled by filter. */
async function rulesIn(client: PoolClient): Promise<CancelRuleChanged[]> {
  const { rows } = await client.query<{ value: CancelRuleChanged }>(
    "SELECT value FROM retry.control WHERE kind = 'cancel' AND in_force AND until > now()",
  );
  return rows.map(({ value }) => value);
}

/** Locked in the order of their ids, so that two replicas never wait for each other in a circle. */
async function lockProgress(client: PoolClient, ids: string[]): Promise<Map<string, Progress>> {
  await client.query(
    'INSERT INTO retry.progress (id) SELECT DISTINCT id FROM unnest($1::uuid[]) AS t(id) ORDER BY id ON CONFLICT ' +
      '(id) DO NOTHING',
    [ids],
  );
  const { rows } = await client.query<Progress>(
    `SELECT id, hop, fact, decision, accepted, cancelled_at IS NOT NULL AS cancelled
       FROM retry.progress WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Up to where messages are decided, and how. */
export async function raiseHighWater(
  client: PoolClient,
  raised: readonly Pick<Progress, 'id' | 'hop' | 'fact' | 'decision' | 'acceptanceRevoked'>[],
): Promise<void> {
  if (raised.length === 0) return;
  await client.query(
    `INSERT INTO retry.progress AS p (id, hop, fact, decision, acceptance_revoked)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::json[], $5::int[])
     ON CONFLICT (id) DO UPDATE SET hop = excluded.hop, fact = excluded.fact, decision = excluded.decision,
       updated_at = now(),
       accepted = p.accepted AND excluded.acceptance_revoked IS NULL,
         acceptance_revoked = coalesce(excluded.acceptance_revoked, p.acceptance_revoked)`,
    [
      raised.map(({ id }) => id),
      raised.map(({ hop }) => hop),
      raised.map(({ fact }) => fact),
      raised.map(({ decision }) => JSON.stringify(decision)),
      raised.map(({ acceptanceRevoked }) => acceptanceRevoked ?? null),
    ],
  );
}

/**
 * What the parked ones wait for, and how many of them have been there before. A condition's row is locked by whoever
 * brings forward what waits for it: here it is written only where it is new, or has long not been used.
 */
async function keepConditions(client: PoolClient, planned: readonly PlannedHop[]): Promise<void> {
  const cameBack = new Map<string, number>();
  for (const { plan, due } of planned)
    if (plan.waitsFor !== undefined)
      cameBack.set(plan.waitsFor, (cameBack.get(plan.waitsFor) ?? 0) + ((due.rests ?? 0) > 1 ? 1 : 0));
  if (cameBack.size === 0) return;
  const keys = [...cameBack.keys()].sort();
  await client.query(
    `INSERT INTO retry.condition AS c (id, key, rate)
     SELECT md5(k.wanted)::uuid, k.wanted, $2 FROM unnest($1::text[]) AS k(wanted)
      WHERE NOT EXISTS (
        SELECT 1 FROM retry.condition known
         WHERE known.id = md5(k.wanted)::uuid AND known.used_at > now() - interval '5 minutes')
     ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at`,
    [keys, FIRST_RATE],
  );
  await client.query(
    `INSERT INTO retry.came_back (condition, messages)
     SELECT md5(key)::uuid, messages FROM unnest($1::text[], $2::int[]) AS b(key, messages) WHERE messages > 0`,
    [keys, keys.map((key) => cameBack.get(key))],
  );
}

/** A message's plan takes the place of its last one; a lease on that one ends with it. */
export async function keepPlans(client: PoolClient, planned: readonly PlannedHop[]): Promise<void> {
  if (planned.length === 0) return;
  const of = <T>(pick: (hop: PlannedHop) => T) => planned.map(pick);
  const payloads = of(({ due }) => writePayload(due));
  await client.query(
    `INSERT INTO retry.schedule AS s
       (id, hop, channel, tenant, message_id, lane, mode, kind, due_at, bytes, payload, trace, waits_for, not_before,
        position, requested_at)
     SELECT id, hop, channel, tenant, message_id, lane, mode, kind, greatest(due_at, now()), bytes, payload, trace,
            md5(waits_for)::uuid, not_before, position, requested_at
       FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::timestamptz[], $10::int[], $11::json[], $12::json[], $13::text[], $14::timestamptz[],
                   $15::bigint[], $16::timestamptz[])
         AS t(id, hop, channel, tenant, message_id, lane, mode, kind, due_at, bytes, payload, trace, waits_for,
              not_before, position, requested_at)
     ON CONFLICT (id) DO UPDATE SET
       hop = excluded.hop, lane = excluded.lane, mode = excluded.mode, kind = excluded.kind, state = 'pending',
         due_at = excluded.due_at, waits_for = excluded.waits_for, not_before = excluded.not_before,
         position = excluded.position, requested_at = excluded.requested_at,
       lease_token = NULL, lease_until = NULL, bytes = excluded.bytes, payload = excluded.payload,
         trace = excluded.trace,
       created_at = now(), ended_at = NULL, again = 0
     WHERE s.hop < excluded.hop`,
    [
      of(({ id }) => id),
      of(({ due }) => due.hop),
      of(({ due }) => due.channel),
      of(({ due }) => due.tenant),
      of(({ due }) => due.messageId),
      of(({ due }) => due.lane),
      of(({ plan }) => plan.mode),
      of(({ plan }) => plan.kind),
      of(({ plan }) => plan.dueAt),
      payloads.map((payload) => Buffer.byteLength(payload)),
      payloads,
      of(({ trace }) => JSON.stringify(trace)),
      of(({ plan }) => plan.waitsFor ?? null),
      of(({ plan }) => plan.notBefore ?? null),
      of(({ plan }) => plan.position ?? null),
      of(({ due }) => due.requestedAt),
    ],
  );
}
