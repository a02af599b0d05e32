import { type DeadLetter, type Fact, fold, RedriveWork, type StatusChanged } from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { isoOf } from '../instant.ts';
import type { Plan } from '../plan/decision.ts';
import { planRetry } from '../plan/retry.policy.ts';
import { standardPolicy } from '../policy/standard-policy.ts';
import { deadLetterOf, dueOf, factsOf, redrivenFact } from '../publish/facts.policy.ts';
import { isUnconfirmed } from './letter.policy.ts';
import { redriveOf } from './redrive.policy.ts';

const HISTORIES = 10_000;
const DAYS = 30;
const DAY_MS = 24 * 3_600_000;
/** How long the channel’s ledger and, without a letter, retry’s progress remember, in days. */
const MEMORY = 14;
const start = Date.parse('2030-01-01T00:00:00Z');

/** A rule that is left out. */
interface Planted {
  letterStaysOpen?: boolean;
  evidenceResolvesNothing?: boolean;
  progressForgets?: boolean;
  evidenceUnread?: boolean;
  unnamedToo?: boolean;
  oldRecordStartsAgain?: boolean;
  attemptsForgetTheLostAnswer?: boolean;
}

interface Row {
  letter: DeadLetter;
  unconfirmed: boolean;
  state: 'open' | 'redriven' | 'resolved';
}

const randoms = (seed: number) => {
  let state = (seed * 2654435761 + 5) >>> 0 || 1;
  return (below: number): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
};

const [unnamed, named] = [false, true].map((includeUnconfirmed) =>
  RedriveWork.parse({ filter: { all: true }, includeUnconfirmed }),
) as [RedriveWork, RedriveWork];

/** What one hop of the first letter was: refused for good, or its answer was lost. */
function firstLetter(lost: boolean): { letter: DeadLetter; facts: StatusChanged[] } {
  const failure = aFailure(lost ? { kind: 'unknown' } : { kind: 'bad-content', retry: 'never' });
  const deferred = aDeferred({
    messageId: 'm-1',
    hop: 2,
    why: lost ? 'unknown' : 'failed',
    failure,
    at: isoOf(start - 3_600_000),
    expiresAt: isoOf(start + 60 * DAY_MS),
    request: { text: 'Hello', onUnknown: 'leave' },
    attempts: [{ attempt: 1, hop: 2, provider: 'sendgrid', at: isoOf(start), failure }],
    ...(lost && {
      unconfirmedCall: { hop: 1, callId: 'c', at: isoOf(start - 3_600_000) },
      unconfirmedSince: isoOf(start - 3 * 3_600_000),
    }),
  });
  return ended(deferred, start);
}

const firstLetters = [firstLetter(false), firstLetter(true)];

/** What retry decides on a hop that ended: by its own policy, a dead letter. */
function ended(deferred: ReturnType<typeof aDeferred>, now: number): { letter: DeadLetter; facts: StatusChanged[] } {
  const decision = planRetry(deferred, { accepted: false, cancelled: false }, standardPolicy, { now, jitter: 0.5 });
  const letter = deadLetterOf(deferred, decision);
  if (!letter) throw new Error(`no dead letter, but ${decision.outcome}`);
  return { letter, facts: factsOf(deferred, decision) };
}

/** One message that was given up, over thirty days, by the real policies of retry; the channel and time are played. */
function play(seed: number, planted: Planted): string[] {
  const random = randoms(seed);
  const broken = new Set<string>();
  const lost = random(2) === 0;
  const hasReceipts = random(3) > 0;
  const first = firstLetters[Number(lost)]!;
  const rows: Row[] = [{ letter: first.letter, unconfirmed: isUnconfirmed(first.letter), state: 'open' }];
  let progress: { hop: number; accepted: boolean; at: number } | undefined = { hop: 2, accepted: false, at: 0 };
  let ledger = [{ hop: 1, sent: false, at: 0 }];
  const facts: StatusChanged[] = lost ? [...first.facts] : [{ ...first.facts[0]!, ...ownFact(2, 'failed', true) }];
  let plan: { plan: Plan; hop: number; named: boolean } | undefined;
  const unread: number[] = [];
  const receipts: { hop: number; at: number }[] = [];
  const operations: { work: RedriveWork; at: number; id: string }[] = [];
  let accepted = 0;
  /** Somebody could know that a provider has it. */
  let known = false;
  if (lost && random(2) === 0) take(1, 0, false);

  function take(hop: number, day: number, isKnown: boolean): void {
    accepted += 1;
    known ||= isKnown;
    receipts.push({ hop, at: day + random(3) });
  }

  function redrive({ work, id }: { work: RedriveWork; id: string }, day: number): void {
    const row = rows.findLast(({ state }) => state === 'open' || planted.letterStaysOpen);
    if (!row) return;
    const underWay = plan !== undefined && !planted.letterStaysOpen;
    const wanted = planted.unnamedToo ? { ...work, includeUnconfirmed: true } : work;
    const lastHop = Math.max(row.letter.hop, progress?.hop ?? 0, plan?.hop ?? 0);
    const known = { accepted: progress?.accepted ?? false, cancelled: false, underWay, lastHop };
    const redriven = redriveOf({ ...row, ...known }, wanted, start + day * DAY_MS);
    if (typeof redriven === 'string') return;
    const due = dueOf(redriven.deferred, redriven.plan);
    plan = { plan: redriven.plan, hop: due.hop, named: work.includeUnconfirmed };
    if (!planted.letterStaysOpen) row.state = 'redriven';
    progress = { hop: redriven.deferred.hop, accepted: progress?.accepted ?? false, at: day };
    facts.push(redrivenFact(row.letter, redriven.deferred.hop, id, isoOf(start + day * DAY_MS)));
  }

  function readEvidence(): void {
    for (const hop of unread.splice(0)) {
      if (progress) progress.accepted = true;
      for (const entry of ledger) if (entry.hop === hop) entry.sent = true;
      if (!planted.evidenceResolvesNothing) for (const row of rows) if (row.state === 'open') row.state = 'resolved';
      plan = undefined;
    }
  }

  function release(day: number): void {
    if (!plan) return;
    if (plan.plan.kind === 'unknown' && unread.length > 0 && !planted.evidenceUnread) return;
    const { hop, named } = plan;
    plan = undefined;
    if (ledger.some((entry) => entry.hop === hop || (entry.hop < hop && entry.sent))) return;
    if (accepted > 0 && known) broken.add('sent twice though it could be known');
    else if (accepted > 0 && !named) broken.add('sent again unasked although it may have arrived');
    const now = start + day * DAY_MS;
    const how = random(4);
    ledger.push({ hop, sent: how < 2, at: day });
    if (how < 2) {
      take(hop, day, true);
      facts.push({ ...facts[0]!, ...ownFact(hop, 'sent', false) });
      return;
    }
    const isLost = how === 3;
    if (isLost && random(2) === 0) take(hop, day, false);
    const failure = aFailure(isLost ? { kind: 'unknown' } : { kind: 'bad-content', retry: 'never' });
    const { letter, facts: said } = ended(
      aDeferred({
        ...rows.at(-1)!.letter,
        hop,
        why: isLost ? 'unknown' : 'failed',
        failure,
        at: isoOf(now),
        attempts: [{ attempt: 1, hop, provider: 'sendgrid', at: isoOf(now), failure }],
        ...(isLost && {
          // Its look has found nothing.
          unconfirmedCall: { hop: hop - 1, callId: 'c', at: isoOf(now) },
          unconfirmedSince: isoOf(now - 3 * 3_600_000),
        }),
      }),
      now,
    );
    const before = rows.some((row) => row.unconfirmed) && !planted.attemptsForgetTheLostAnswer;
    rows.push({ letter, unconfirmed: isUnconfirmed(letter) || before, state: 'open' });
    progress = { hop, accepted: progress?.accepted ?? false, at: day };
    facts.push(...(isLost ? said : [{ ...facts[0]!, ...ownFact(hop, 'failed', true) }]));
  }

  let judged = '';
  for (let day = 0; day < DAYS; day += 1) {
    for (const receipt of receipts.filter(({ at }) => hasReceipts && at === day)) {
      unread.push(receipt.hop);
      known = true;
      facts.push({ ...facts[0]!, ...ownFact(receipt.hop, 'delivered', true), source: 'receipt' });
    }
    if (random(3) > 0) readEvidence();
    if (progress && day - progress.at > MEMORY && (planted.progressForgets || rows.length === 0)) progress = undefined;
    ledger = ledger.filter(({ at }) => day - at <= MEMORY);
    if (random(6) === 0 && operations.length < 3) {
      const work = random(2) === 0 ? named : unnamed;
      operations.push({ work, at: day, id: `op-${operations.length}` });
      redrive(operations.at(-1)!, day);
    }
    for (const operation of operations)
      if (operation.at < day - 2 && day - operation.at < 8 && random(20) === 0 && planted.oldRecordStartsAgain)
        redrive(operation, day);
    release(day);
    const changed = `${facts.length} ${plan === undefined}`;
    if (changed === judged) continue;
    judged = changed;
    const shown = fold(facts as Fact[]);
    const expected = statusOf(facts, plan !== undefined, rows);
    if (shown.status !== expected.status || shown.final !== expected.final)
      broken.add(`shown as ${shown.status}, is ${expected.status}`);
  }
  return [...broken];
}

const ownFact = (hop: number, status: 'failed' | 'sent' | 'delivered', final: boolean) => ({
  eventId: `${hop}-${status}`,
  messageId: 'm-1',
  tenant: 'default',
  channel: 'email' as const,
  at: isoOf(start),
  source: 'email' as const,
  status,
  final,
  hop,
});

/** How the message is, by what has happened: not by the fold. */
function statusOf(facts: readonly StatusChanged[], isPlanned: boolean, rows: readonly Row[]) {
  const has = (status: string) => facts.some((fact) => fact.status === status);
  if (has('delivered')) return { status: 'delivered', final: true };
  if (has('sent')) return { status: 'sent', final: false };
  if (isPlanned) return { status: 'retrying', final: false };
  return { status: rows.some(({ unconfirmed }) => unconfirmed) ? 'unconfirmed' : 'failed', final: true };
}

function historiesBroken(planted: Planted, upTo = HISTORIES): Map<string, number> {
  const found = new Map<string, number>();
  for (let seed = 1; seed <= upTo && found.size === 0; seed += 1)
    for (const what of play(seed, planted)) found.set(what, seed);
  return found;
}

describe('redriving over weeks', () => {
  it(
    `sends nothing twice that could be known or was not asked for, in ${HISTORIES} histories, and shows how it is`,
    () => expect(historiesBroken({})).toEqual(new Map()),
    60_000,
  );

  it.each<[string, Planted]>([
    ['a letter stays open as it is redriven', { letterStaysOpen: true }],
    ['proof resolves no letter, and progress forgets', { evidenceResolvesNothing: true, progressForgets: true }],
    ['a plan does not wait for unread proof', { evidenceUnread: true }],
    ['what may have arrived goes unnamed', { unnamedToo: true }],
    ['an old record starts again, on letters that stay open', { oldRecordStartsAgain: true, letterStaysOpen: true }],
    ['a redrive forgets that an answer was lost', { attemptsForgetTheLostAnswer: true }],
  ])(
    'notices where %s',
    (_, planted) => expect([...historiesBroken(planted, 3_000).keys()].join()).toMatch(/sent (twice|again)/),
    60_000,
  );
});
