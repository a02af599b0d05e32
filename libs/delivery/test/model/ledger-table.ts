import { ownFailure } from '#libs/providers';
import type { SiblingCall, Claim, Delivery, Outcome } from '../../src/delivery.ts';
import { firstPeriods, periodAt, type Period } from '../../src/ledger/ledger.partitions.ts';

export interface LedgerRow {
  id: string;
  hop: number;
  day: string;
  token: string;
  callId: string;
  state: 'claimed' | Outcome['kind'];
  accepted: boolean;
  source: string;
  digest: string | undefined;
  attempt: number;
  claimedAt: number;
  fingerprint: Delivery<unknown>['fingerprint'];
  evidence: string | undefined;
  leaseUntil: number;
  settledAt: number | undefined;
  outcome: Outcome | undefined;
}

/** The rules of ledger.store.ts, in memory instead of SQL; ledger-table.int-spec.ts compares the two. */
export class LedgerTable {
  readonly rows = new Map<string, LedgerRow>();
  /** Ids of the messages that upstream has cancelled. */
  readonly cancelled = new Set<string>();
  private readonly leaseMs: number;
  private readonly periods: Period[];

  constructor(leaseMs: number, retentionDays: number, now: number) {
    this.leaseMs = leaseMs;
    this.periods = firstPeriods(new Date(now), { retentionDays });
  }

  claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const { id, hop, digest } = delivery;
    const day = this.dayOf(delivery);
    const prior = this.of(id).filter((row) => row.hop <= hop);
    const acceptedBy = this.acceptedBy(delivery);
    const first = prior.find((row) => row.hop === 1)?.digest;
    const elsewhere = prior.some((row) => row.hop === hop && row.day !== day);
    const row = elsewhere ? undefined : this.upsert(delivery, token, acceptedBy !== undefined, now);
    const firstDigest = first ?? (row?.hop === 1 ? row.digest : undefined);
    const otherContent = digest !== undefined && firstDigest !== undefined && firstDigest !== digest;
    const repeat: Claim = { verdict: otherContent ? 'conflict' : 'repeat' };
    if (!row) return repeat;
    if (row.token === token && row.state === 'claimed')
      return { verdict: 'mine', token, ...(this.cancelled.has(id) && delivery.mode === 'send' && { cancelled: true }) };
    if (row.source !== delivery.source) return otherContent ? repeat : { verdict: 'repeat', of: row.source };
    if (row.state === 'claimed') return { verdict: 'running', waitMs: Math.max(50, row.leaseUntil - now + 20) };
    return { verdict: 'settled', outcome: row.outcome ?? impliedOutcome(row, acceptedBy) };
  }

  settle(delivery: Delivery<unknown>, token: string, outcome: Outcome, now: number): boolean {
    const key = this.keyOf(delivery);
    const row = this.rows.get(key);
    const settled = { state: outcome.kind, outcome, settledAt: now };
    if (!row)
      this.rows.set(key, {
        ...this.fresh(delivery, token, now),
        leaseUntil: now,
        digest: undefined,
        fingerprint: undefined,
        ...settled,
      });
    else if (this.maySettle(row, token, outcome)) Object.assign(row, settled);
    else return false;
    return true;
  }

  markAccepted(id: string, hop: number, providerMessageId?: string): void {
    for (const row of this.of(id))
      if (row.hop === hop && row.state !== 'sent')
        Object.assign(row, { accepted: true, evidence: row.evidence ?? providerMessageId });
  }

  siblingCalls(id: string, hop: number, withinMs: number, participants?: string): SiblingCall[] {
    const own = this.of(id).find((row) => row.hop === hop);
    const { fingerprint } = own ?? {};
    if (!own || !fingerprint?.contentHash) return [];
    if (participants !== undefined && participants !== fingerprint.participants) return [];
    return [...this.rows.values()]
      .filter(
        (row) =>
          row.fingerprint?.participants === fingerprint.participants &&
          mayBeAccepted.has(row.state) &&
          Math.abs(row.claimedAt - own.claimedAt) <= withinMs,
      )
      .map((row) => ({
        own: row === own,
        claimedAt: row.claimedAt,
        providerMessageId: row.evidence ?? (row.outcome?.kind === 'sent' ? row.outcome.providerMessageId : undefined),
        alike: [null, fingerprint.contentHash].includes(row.fingerprint!.contentHash),
      }));
  }

  of(id: string): LedgerRow[] {
    return [...this.rows.values()].filter((row) => row.id === id);
  }

  /** The row of this call, while it is still claimed. */
  heldBy(id: string, hop: number, callId: string): LedgerRow | undefined {
    return this.of(id).find((row) => row.hop === hop && row.token === callId && row.state === 'claimed');
  }

  protected acceptedBy({ id, hop }: Delivery<unknown>): number | undefined {
    const hops = this.of(id)
      .filter((row) => row.hop < hop && (row.state === 'sent' || row.accepted))
      .map((row) => row.hop);
    return hops.length > 0 ? Math.min(...hops) : undefined;
  }

  protected maySettle(row: LedgerRow, token: string, outcome: Outcome): boolean {
    if (row.token === token && (row.state === 'claimed' || row.state === outcome.kind)) return true;
    return row.callId === token && row.state === 'unknown' && outcome.kind === 'sent';
  }

  protected upsert(delivery: Delivery<unknown>, token: string, accepted: boolean, now: number): LedgerRow {
    const key = this.keyOf(delivery);
    const row = this.rows.get(key);
    if (row) {
      const over =
        row.state === 'claimed' && row.source === delivery.source && row.leaseUntil < now && row.token !== token;
      if (over) Object.assign(row, { state: 'unknown', token, settledAt: now });
      return row;
    }
    const made = {
      ...this.fresh(delivery, token, now),
      ...(accepted && { state: 'superseded' as const, settledAt: now }),
    };
    this.rows.set(key, made);
    return made;
  }

  private fresh(delivery: Delivery<unknown>, token: string, now: number): LedgerRow {
    const { id, hop, source, digest, mode } = delivery;
    const common = {
      id,
      hop,
      source,
      digest,
      day: this.dayOf(delivery),
      token,
      callId: token,
      claimedAt: now,
      evidence: undefined,
    };
    return {
      ...common,
      fingerprint: mode === 'send' ? delivery.fingerprint : undefined,
      state: 'claimed',
      accepted: false,
      attempt: delivery.attempts.length + 1,
      leaseUntil: now + this.leaseMs,
      settledAt: undefined,
      outcome: undefined,
    };
  }

  private dayOf(delivery: Delivery<unknown>): string {
    const period = periodAt(this.periods, delivery.rememberedAt);
    if (!period) throw new Error('a record older than the ledger remembers');
    return period.from;
  }

  private keyOf(delivery: Delivery<unknown>): string {
    return `${delivery.id}/${delivery.hop}/${this.dayOf(delivery)}`;
  }
}

const mayBeAccepted = new Set<LedgerRow['state']>(['claimed', 'unknown', 'sent']);

function impliedOutcome(row: LedgerRow, by: number | undefined): Outcome {
  const at = new Date(row.settledAt ?? 0).toISOString();
  const superseded = { kind: 'superseded' as const, at, by };
  if (row.state === 'superseded') return superseded;
  const failure = ownFailure(
    'MSG_ABANDONED',
    'unknown',
    'backoff',
    'The service stopped while it was sending; the provider may have taken the message.',
  );
  return { kind: 'unknown', at, callId: row.callId, attempt: row.attempt, failure };
}
