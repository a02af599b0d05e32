import { byUrgency, type Lane } from '#libs/contracts';

/** A plan is in the table at the latest so long after the time it is due, in milliseconds, as a rule. */
const LATE_COMMIT_MS = 5_000;
/** What came later still, or was left by another replica, is found by looking from the start: at least this often. */
const OFTEN_MS = 1_000;
const SELDOM_MS = 8_000;
/** Looking from the start may take this part of the time. */
const SHARE = 1 / 20;

/** How one taking looks at the schedule. Times in milliseconds of a clock that never goes back. */
export interface Look {
  fromTheStart: boolean;
  startedAt: number;
}

/**
 * From where on the schedule is looked at. Rows that were taken stay in its index until nobody can see them any more;
 * while a long transaction runs somewhere in the database, that is for long, and each look would pass all of them.
 */
export class Floors {
  private readonly floors = new Map<Lane, number>();
  private nextFromTheStart = -Infinity;
  private fromTheStart = true;

  /** Begins a taking. */
  look(startedAt: number): Look {
    this.fromTheStart = startedAt >= this.nextFromTheStart;
    return { fromTheStart: this.fromTheStart, startedAt };
  }

  /** For this taking, lane by lane in the order of their urgency, as Postgres reads a time. */
  all(): string[] {
    return byUrgency.map((lane) => {
      const floor = this.fromTheStart ? undefined : this.floors.get(lane);
      return floor === undefined ? '-infinity' : new Date(floor).toISOString();
    });
  }

  /**
   * @param rows those that became due, in each lane the first there were
   * @param now by the clock of the plans, before they were looked at, in milliseconds since 1970
   */
  taken(rows: readonly { lane: Lane; due_at: Date }[], now: number, look: Look & { endedAt: number }): void {
    for (const lane of byUrgency) {
      const last = Math.max(...rows.filter((row) => row.lane === lane).map((row) => row.due_at.getTime()));
      if (last === -Infinity) continue;
      const known = look.fromTheStart ? -Infinity : (this.floors.get(lane) ?? -Infinity);
      this.floors.set(lane, Math.max(known, Math.min(last, now - LATE_COMMIT_MS)));
    }
    if (!look.fromTheStart) return;
    const took = look.endedAt - look.startedAt;
    this.nextFromTheStart = look.endedAt + Math.min(SELDOM_MS, Math.max(OFTEN_MS, took / SHARE));
  }
}
