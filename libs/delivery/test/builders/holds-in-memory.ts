import { randomUUID } from 'node:crypto';
import { holdLength, type HoldRequest } from '../../src/route/holds/hold.policy.ts';
import type { Hold, HoldPlace, Holds } from '../../src/route/holds/holds.port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';

export interface Row extends Hold {
  until: number;
  changedAt: number;
}

/** The channel's table of holds in memory, by the rules of the real one. */
export class HoldsInMemory implements Pick<Holds, 'hold' | 'lift' | 'all'> {
  protected readonly rows = new Map<string, Row>();
  protected readonly clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'> = systemClock) {
    this.clock = clock;
  }

  hold(request: HoldRequest & HoldPlace): Promise<Hold> {
    const { provider, account, scope, failure } = request;
    const now = this.clock.now();
    const name = [provider, account, scope].join();
    const known = this.rows.get(name);
    const lasts = known?.state === 'held' && known.until > now;
    const isInARow = known !== undefined && (known.state === 'held' || known.changedAt > now - 60_000);
    const round = lasts ? known.round : isInARow ? known.round + 1 : 1;
    const until = now + holdLength(request, round);
    if (lasts && until < known.until + 1_000) return Promise.resolve(this.read(known));
    const row: Row = {
      provider,
      account,
      scope,
      ...failure,
      id: lasts ? known.id : randomUUID(),
      seq: (known?.seq ?? 0) + 1,
      state: 'held',
      round,
      until,
      leftMs: 0,
      at: new Date(now).toISOString(),
      changedAt: lasts ? known.changedAt : now,
    };
    this.rows.set(name, row);
    return Promise.resolve(this.read(row));
  }

  lift(id: string, by?: string): Promise<Hold | undefined> {
    const now = this.clock.now();
    const row = [...this.rows.values()].find((one) => one.id === id);
    if (row?.state !== 'held' || (by === undefined && row.until > now)) return Promise.resolve(undefined);
    Object.assign(row, { state: 'lifted', seq: row.seq + 1, changedAt: now, ...(by !== undefined && { by }) });
    return Promise.resolve(this.read(row));
  }

  all(): Promise<Hold[]> {
    return Promise.resolve([...this.rows.values()].map((row) => this.read(row)));
  }

  /** When a hold’s time is over, in ms since 1970. */
  endOf(id: string): number | undefined {
    return [...this.rows.values()].find((row) => row.id === id)?.until;
  }

  private read({ until, changedAt: _, ...hold }: Row): Hold {
    return { ...hold, leftMs: hold.state === 'held' ? Math.max(0, until - this.clock.now()) : 0 };
  }
}
