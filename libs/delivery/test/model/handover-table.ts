import { identityKey } from '#libs/contracts';
import type { KeptHandover, OverdueHandovers } from '../../src/handover/handovers.port.ts';

interface Row extends KeptHandover {
  id: string;
  keptAt: number;
  again: number;
}

/** The rules of handovers.store.ts, in memory instead of SQL. */
export class HandoverTable {
  readonly rows = new Map<string, Row>();
  private readonly answerMs: number;

  constructor(answerMs: number) {
    this.answerMs = answerMs;
  }

  keep(id: string, kept: KeptHandover, now: number): void {
    const key = `${id}/${kept.deferred.hop}`;
    this.rows.set(key, { again: 0, ...this.rows.get(key), ...kept, id, keptAt: now });
  }

  decided(id: string, hop: number): void {
    for (const [key, row] of this.rows) if (row.id === id && row.deferred.hop <= hop) this.rows.delete(key);
  }

  overdue(now: number): OverdueHandovers {
    return {
      now: new Date(now),
      any: [...this.rows.values()].some((row) => row.keptAt < now - this.answerMs),
      stuck: 0,
    };
  }

  takeAgain(upTo: Date, now: number): KeptHandover[] {
    const taken = [...this.rows.values()].filter((row) => row.keptAt <= upTo.getTime() && this.timeoutEnds(row) < now);
    for (const row of taken) Object.assign(row, { again: row.again + 1, keptAt: now });
    return taken.map(({ deferred, trace }) => ({ deferred, trace }));
  }

  /** When the next check is due; undefined where there are no hand-overs. */
  get nextTime(): number | undefined {
    const times = [...this.rows.values()].map((row) => this.timeoutEnds(row) + 1);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  has(messageId: string): boolean {
    const id = identityKey({ tenant: 'default', channel: 'email', messageId });
    return [...this.rows.values()].some((row) => row.id === id);
  }

  private timeoutEnds({ keptAt, again }: Row): number {
    return keptAt + this.answerMs * 2 ** Math.min(again, 6);
  }
}
