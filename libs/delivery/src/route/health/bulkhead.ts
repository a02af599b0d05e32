import type { Lane } from '#libs/contracts';
import { byUrgency, freshCredits, nextLane } from '../permits/lanes.policy.ts';

interface Waiter {
  lane: Lane;
  wake: (free: boolean) => void;
}

/** A bounded number of places; who finds none waits, urgent ones first. */
export class Bulkhead {
  private free: number;
  private credits = freshCredits;
  // A set per lane keeps the order of arrival, and lets one leave from the middle.
  private readonly waiting: Record<Lane, Set<Waiter>> = {
    urgent: new Set(),
    transactional: new Set(),
    bulk: new Set(),
  };

  constructor(slots: number) {
    this.free = slots;
  }

  get isFree(): boolean {
    return this.free > 0;
  }

  /** Takes a place that is free. */
  takeFree(): boolean {
    if (this.free <= 0) return false;
    this.free -= 1;
    return true;
  }

  /** True once a place is taken; false when none came free within `patienceMs`, or after `dismiss`. */
  take(lane: Lane, timeoutMs: number): Promise<boolean> {
    if (this.takeFree()) return Promise.resolve(true);
    if (timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = (free: boolean) => {
        clearTimeout(timer);
        this.waiting[lane].delete(waiter);
        resolve(free);
      };
      const waiter: Waiter = { lane, wake };
      const timer = setTimeout(() => wake(false), timeoutMs);
      this.waiting[lane].add(waiter);
    });
  }

  /** Gives a place back: to the next who waits. */
  give(): void {
    if (this.nobodyWaits()) {
      this.free += 1;
      return;
    }
    const lanes = byUrgency.filter((lane) => this.waiting[lane].size > 0);
    const next = nextLane(this.credits, lanes, lanes)!;
    this.credits = next.credits;
    const [first] = this.waiting[next.lane];
    first!.wake(true);
  }

  private nobodyWaits(): boolean {
    const { urgent, transactional, bulk } = this.waiting;
    return urgent.size + transactional.size + bulk.size === 0;
  }

  /** Nobody waits any longer. */
  dismiss(): void {
    for (const waiters of Object.values(this.waiting)) for (const waiter of waiters) waiter.wake(false);
  }
}
