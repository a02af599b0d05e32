import { randomUUID } from 'node:crypto';
import { type Channel, type Identity, identityKey, type SendDue } from '#libs/contracts';
import { dueOf } from '../../../../apps/retry/src/announce/facts.policy.ts';
import type { Decision, Plan } from '../../../../apps/retry/src/plan/decision.ts';
import type { Answer, Question } from '../../../../apps/retry/src/plan/decisions.port.ts';
import type { DueBatch, DuePlan, WaitingResends } from '../../../../apps/retry/src/release/due-plans.port.ts';
import type { ReadUpTo } from '../../../../apps/retry/src/release/proof-reading.port.ts';
import type { Cancellation } from '../../../../apps/retry/src/stop/stops.port.ts';

interface Progress {
  hop: number;
  fact: string | undefined;
  decision: Decision | undefined;
  proven: boolean;
  cancelled: boolean;
  takenBack: number;
}

interface Scheduled {
  due: SendDue;
  kind: Plan['kind'];
  createdAt: number;
  state: 'pending' | 'releasing' | 'published' | 'cancelled' | 'stopped';
  dueAt: number;
  leaseToken: string | undefined;
  leaseUntil: number;
  endedAt: number;
}

/** A hop that policy sends although an earlier call may have been taken. */
export interface Resend {
  hop: number;
  decidedAt: number;
}

/** A fact that proves a hop to have been accepted, and when it was written. */
export interface Proof {
  hop: number | undefined;
  at: number;
}

/** What retry's stores say in SQL, in memory. */
export class RetryTables {
  readonly schedule = new Map<string, Scheduled>();
  /** By messageId. */
  readonly resends = new Map<string, Resend[]>();
  private readonly progress = new Map<string, Progress>();
  private readonly leaseMs: number;

  constructor(leaseMs: number) {
    this.leaseMs = leaseMs;
  }

  decideOnce({ deferred, decide }: Question, now: number): Answer | undefined {
    const id = identityKey(deferred);
    const known = this.progressOf(id);
    if (known.hop === deferred.hop && known.fact === deferred.eventId && known.decision) return { decision: known.decision, repeated: true };
    if (known.hop >= deferred.hop) return undefined;
    const current = deferred.takenBack ? { ...known, proven: false, takenBack: deferred.hop } : known;
    const decision = decide(current);
    this.progress.set(id, { ...current, hop: deferred.hop, fact: deferred.eventId, decision });
    const { plan } = decision;
    if (plan) this.keep(id, dueOf(deferred, plan), plan, now);
    if (plan?.mode === 'send' && plan.kind === 'unknown') this.resends.set(deferred.messageId, [...(this.resends.get(deferred.messageId) ?? []), { hop: deferred.hop + 1, decidedAt: now }]);
    return { decision, repeated: false };
  }

  waitingResends(now: number): WaitingResends {
    const waiting = [...this.schedule.values()].filter((row) => row.state === 'pending' && goesAgain(row));
    return { now: new Date(now), channels: [...new Set(waiting.map(({ due }) => due.channel as Channel))] };
  }

  take(proofRead: ReadUpTo, now: number): DueBatch {
    const token = randomUUID();
    const plans: DuePlan[] = [];
    for (const [id, row] of this.schedule) {
      if (!isRipe(row, now) || !this.mayGo(row, proofRead)) continue;
      Object.assign(row, { state: 'releasing', leaseToken: token, leaseUntil: now + this.leaseMs });
      plans.push({ id, due: row.due, trace: {} });
    }
    return { token, plans, more: false };
  }

  markPublished(token: string, plans: readonly DuePlan[], now: number): void {
    for (const { id, due } of plans) {
      const row = this.schedule.get(id);
      if (row && this.mayMark(row, due, token)) Object.assign(row, { state: 'published', endedAt: now, leaseToken: undefined });
    }
  }

  prove(of: Identity, hop: number, now: number): boolean {
    const id = identityKey(of);
    const known = this.progress.get(id);
    if (!known || known.proven || hop <= known.takenBack) return false;
    known.proven = true;
    const row = this.schedule.get(id);
    if (row?.state !== 'pending') return false;
    Object.assign(row, { state: 'stopped', endedAt: now });
    return true;
  }

  cancel(of: Identity, now: number): Cancellation {
    const id = identityKey(of);
    this.progress.set(id, { ...this.progressOf(id), cancelled: true });
    const row = this.schedule.get(id);
    if (row && this.mayCancel(row)) Object.assign(row, { state: 'cancelled', endedAt: now });
    if (row?.state === 'cancelled') return { cancelled: true, due: row.due, at: new Date(row.endedAt).toISOString(), trace: {} };
    const burial = this.progressOf(id).decision?.burial?.reason;
    if (burial) return { cancelled: false, because: 'ended', refusal: burial === 'unconfirmed' ? 'in-doubt' : 'ended', at: new Date(now).toISOString() };
    if (!row) return { cancelled: false, because: 'no plan' };
    return { cancelled: false, because: row.state === 'pending' ? 'looking' : row.state };
  }

  /** When something is due next; undefined where nothing is planned. */
  get nextTime(): number | undefined {
    const times = [...this.schedule.values()].flatMap((row) => (row.state === 'pending' ? [row.dueAt] : row.state === 'releasing' ? [row.leaseUntil + 1] : []));
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Once everything that was told before it was planned has been read. */
  protected mayGo(row: Scheduled, proofRead: ReadUpTo): boolean {
    const upTo = proofRead[row.due.channel];
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
    this.schedule.set(id, { due, kind, createdAt: now, state: 'pending', dueAt: Date.parse(dueAt), leaseToken: undefined, leaseUntil: 0, endedAt: 0 });
  }

  private progressOf(id: string): Progress {
    return this.progress.get(id) ?? { hop: 0, fact: undefined, decision: undefined, proven: false, cancelled: false, takenBack: 0 };
  }
}

const goesAgain = ({ due, kind }: Scheduled) => due.mode === 'send' && kind === 'unknown';

const isRipe = ({ state, dueAt, leaseUntil }: Scheduled, now: number) => (state === 'pending' && dueAt <= now) || (state === 'releasing' && leaseUntil < now);
