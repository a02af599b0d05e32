import { randomUUID } from 'node:crypto';
import { type Channel, type Identity, identityKey, type SendDue } from '#libs/contracts';
import { dueOf } from '../../../../apps/retry/src/publish/facts.policy.ts';
import type { Overdue } from '../../../../apps/retry/src/answer/answers.port.ts';
import type { Decision, Plan } from '../../../../apps/retry/src/plan/decision.ts';
import type { Answer, Question } from '../../../../apps/retry/src/plan/decisions.port.ts';
import type { DueBatch, DuePlan, WaitingResends } from '../../../../apps/retry/src/release/due-plans.port.ts';
import type { ReadUpTo } from '../../../../apps/retry/src/release/evidence-reader.port.ts';
import type { Cancellation } from '../../../../apps/retry/src/stop/stops.port.ts';

interface Progress {
  hop: number;
  fact: string | undefined;
  decision: Decision | undefined;
  accepted: boolean;
  cancelled: boolean;
  acceptanceRevoked: number;
}

interface Scheduled {
  due: SendDue;
  kind: Plan['kind'];
  createdAt: number;
  state: 'pending' | 'releasing' | 'published' | 'answered' | 'cancelled' | 'stopped';
  /** How often it was released again. */
  again: number;
  dueAt: number;
  leaseToken: string | undefined;
  leaseUntil: number;
  endedAt: number;
}

/** A hop that policy sends although an earlier call may have been accepted. */
export interface Resend {
  hop: number;
  decidedAt: number;
}

/** A fact that is evidence of an acceptance, and when it was written. */
export interface Evidence {
  hop: number | undefined;
  at: number;
}

/** The rules of retry's stores, in memory instead of SQL. */
export class RetryTables {
  readonly schedule = new Map<string, Scheduled>();
  /** By messageId. */
  readonly resends = new Map<string, Resend[]>();
  private readonly progress = new Map<string, Progress>();
  /** Messages and hops (`m1/2`) that were released once more. */
  readonly releasedAgain: string[] = [];
  private readonly leaseMs: number;
  private readonly answerMs: number;

  constructor(leaseMs: number, answerMs: number) {
    this.leaseMs = leaseMs;
    this.answerMs = answerMs;
  }

  decideOnce({ deferred, decide }: Question, now: number): Answer | undefined {
    const id = identityKey(deferred);
    const known = this.progressOf(id);
    if (known.hop === deferred.hop && known.fact === deferred.eventId && known.decision)
      return { decision: known.decision, repeated: true };
    if (known.hop >= deferred.hop) return undefined;
    const current = deferred.acceptanceRevoked ? { ...known, accepted: false, acceptanceRevoked: deferred.hop } : known;
    const decision = decide(current);
    this.progress.set(id, { ...current, hop: deferred.hop, fact: deferred.eventId, decision });
    const { plan } = decision;
    if (plan) this.keep(id, dueOf(deferred, plan), plan, now);
    if (plan?.mode === 'send' && plan.kind === 'unknown')
      this.resends.set(deferred.messageId, [
        ...(this.resends.get(deferred.messageId) ?? []),
        { hop: deferred.hop + 1, decidedAt: now },
      ]);
    return { decision, repeated: false };
  }

  waitingResends(now: number): WaitingResends {
    const waiting = [...this.schedule.values()].filter((row) => row.state === 'pending' && goesAgain(row));
    return { now: new Date(now), channels: [...new Set(waiting.map(({ due }) => due.channel as Channel))] };
  }

  take(evidenceRead: ReadUpTo, now: number): DueBatch {
    const token = randomUUID();
    const plans: DuePlan[] = [];
    for (const [id, row] of this.schedule) {
      if (!isRipe(row, now) || !this.mayGo(row, evidenceRead)) continue;
      Object.assign(row, { state: 'releasing', leaseToken: token, leaseUntil: now + this.leaseMs });
      plans.push({ id, due: { ...row.due, ...(row.again > 0 && { again: row.again }) }, trace: {} });
    }
    return { token, plans, more: false };
  }

  markPublished(token: string, plans: readonly DuePlan[], now: number): void {
    for (const { id, due } of plans) {
      const row = this.schedule.get(id);
      if (row && this.mayMark(row, due, token))
        Object.assign(row, { state: 'published', endedAt: now, leaseToken: undefined });
    }
  }

  markAccepted(of: Identity, hop: number, now: number): boolean {
    const id = identityKey(of);
    const known = this.progress.get(id);
    if (!known || known.accepted || hop <= known.acceptanceRevoked) return false;
    known.accepted = true;
    const row = this.schedule.get(id);
    if (row?.state === 'releasing' || row?.state === 'published')
      Object.assign(row, { state: 'answered', endedAt: row.endedAt || now });
    if (row?.state !== 'pending') return false;
    Object.assign(row, { state: 'stopped', endedAt: now });
    return true;
  }

  note(of: Identity, hop: number, now: number): void {
    const row = this.schedule.get(identityKey(of));
    if (row && row.due.hop <= hop && (row.state === 'releasing' || row.state === 'published'))
      Object.assign(row, { state: 'answered', endedAt: row.endedAt || now });
  }

  overdue(now: number): Overdue {
    const overdue = [...this.schedule.values()].filter(
      (row) => this.isWaitedFor(row) && row.endedAt < now - this.answerMs,
    );
    return { now: new Date(now), channels: [...new Set(overdue.map(({ due }) => due.channel))], stuck: 0 };
  }

  releaseAgain(channel: Channel, upTo: Date, now: number): number {
    const lost = [...this.schedule.values()].filter(
      (row) =>
        this.isWaitedFor(row) &&
        row.due.channel === channel &&
        row.endedAt <= upTo.getTime() &&
        this.timeoutEnds(row) < now,
    );
    for (const row of lost) {
      Object.assign(row, {
        state: 'releasing',
        again: row.again + 1,
        leaseToken: undefined,
        leaseUntil: now - 1,
        endedAt: 0,
      });
      this.releasedAgain.push(`${row.due.messageId}/${row.due.hop}`);
    }
    return lost.length;
  }

  cancel(of: Identity, now: number): Cancellation {
    const id = identityKey(of);
    this.progress.set(id, { ...this.progressOf(id), cancelled: true });
    const row = this.schedule.get(id);
    if (row && this.mayCancel(row)) Object.assign(row, { state: 'cancelled', endedAt: now });
    if (row?.state === 'cancelled')
      return { cancelled: true, due: row.due, at: new Date(row.endedAt).toISOString(), trace: {} };
    const burial = this.progressOf(id).decision?.burial?.reason;
    if (burial)
      return {
        cancelled: false,
        because: 'ended',
        refusal: burial === 'unconfirmed' ? 'unconfirmed' : 'ended',
        at: new Date(now).toISOString(),
      };
    if (!row) return { cancelled: false, because: 'no plan' };
    return { cancelled: false, because: row.state === 'pending' ? 'looking' : row.state };
  }

  /** When something is due next; undefined where nothing is planned. */
  get nextTime(): number | undefined {
    const times = [...this.schedule.values()].flatMap((row) => this.timeOf(row) ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Whether an answer is waited for. */
  protected isWaitedFor(row: Scheduled): boolean {
    return row.state === 'published';
  }

  private timeOf(row: Scheduled): number | undefined {
    if (row.state === 'pending') return row.dueAt;
    if (row.state === 'releasing') return row.leaseUntil + 1;
    return this.isWaitedFor(row) ? this.timeoutEnds(row) + 1 : undefined;
  }

  private timeoutEnds({ endedAt, again }: Scheduled): number {
    return endedAt + this.answerMs * 2 ** Math.min(again, 6);
  }

  /** Once everything that was published before it was planned has been read. */
  protected mayGo(row: Scheduled, evidenceRead: ReadUpTo): boolean {
    const upTo = evidenceRead[row.due.channel];
    return row.state !== 'pending' || !goesAgain(row) || (upTo !== undefined && row.createdAt <= upTo.getTime());
  }

  protected mayMark(row: Scheduled, due: SendDue, token: string): boolean {
    return row.due.hop === due.hop && row.leaseToken === token && row.state === 'releasing';
  }

  protected mayCancel(row: Scheduled): boolean {
    return row.state === 'pending' && row.due.mode === 'send';
  }

  private keep(id: string, due: SendDue, { kind, dueAt }: Plan, now: number): void {
    const row = this.schedule.get(id);
    if (row && row.due.hop >= due.hop) return;
    this.schedule.set(id, {
      due,
      kind,
      createdAt: now,
      state: 'pending',
      again: 0,
      dueAt: Date.parse(dueAt),
      leaseToken: undefined,
      leaseUntil: 0,
      endedAt: 0,
    });
  }

  private progressOf(id: string): Progress {
    return (
      this.progress.get(id) ?? {
        hop: 0,
        fact: undefined,
        decision: undefined,
        accepted: false,
        cancelled: false,
        acceptanceRevoked: 0,
      }
    );
  }
}

const goesAgain = ({ due, kind }: Scheduled) => due.mode === 'send' && kind === 'unknown';

const isRipe = ({ state, dueAt, leaseUntil }: Scheduled, now: number) =>
  (state === 'pending' && dueAt <= now) || (state === 'releasing' && leaseUntil < now);
