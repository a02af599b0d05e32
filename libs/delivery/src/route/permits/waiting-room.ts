import type { Lane } from '#libs/contracts';
import { byUrgency, freshCredits, nextLane } from './lanes.policy.ts';
import type { Limit } from './limits.ts';

/** Messages that need the same tokens and are equally urgent: one after the other. */
export interface Flow {
  lane: Lane;
  limits: readonly Limit[];
}

interface Queue extends Flow {
  key: string;
  waiters: Set<() => void>;
}

/** When every token that a flow needs is there. */
export const flowReadyAt = ({ limits }: Flow, now: number): number =>
  limits.reduce((latest, limit) => Math.max(latest, limit.readyAt(now)), now);

/**
 * All who wait for tokens. A message is let go only when all its tokens are there at once: a token that is taken early
 * and kept would be spent later together with others.
 */
export class WaitingRoom {
  private readonly queues = new Map<string, Queue>();
  private credits = freshCredits;

  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  /** Whether somebody of this flow waits: one more behind changes nothing for anybody. */
  has(key: string): boolean {
    return this.queues.has(key);
  }

  /** @returns how to leave before one's turn. */
  join(key: string, routing: Flow, go: () => void): () => void {
    const queue = this.queues.get(key) ?? { ...routing, key, waiters: new Set() };
    this.queues.set(key, queue);
    queue.waiters.add(go);
    for (const limit of queue.limits) limit.waiting[queue.lane] += 1;
    return () => this.drop(queue, go);
  }

  /** Lets go whoever has all its tokens, by lanes, the flows of a lane in turn. */
  letGo(now: number): void {
    const isReady = ({ waiters, limits }: Queue) =>
      waiters.size > 0 && limits.every((limit) => limit.readyAt(now) <= now);
    // One that goes makes nobody else ready: only those that are have to be looked at again.
    for (let ready = [...this.queues.values()].filter(isReady); ready.length > 0; ready = ready.filter(isReady)) {
      const next = nextLane(this.credits, lanesIn(ready), lanesIn([...this.queues.values()]));
      if (!next) return;
      this.credits = next.credits;
      const turn = ready.findIndex(({ lane }) => lane === next.lane);
      // To the end: the other flows of the lane come first now, and at the next round as well.
      const [queue] = ready.splice(turn, 1) as [Queue];
      ready.push(queue);
      this.release(queue, now);
    }
  }

  /** Asks for more of what those who wait are short of. */
  refill(now: number): void {
    for (const { limits } of this.queues.values()) for (const limit of limits) limit.refill(now);
  }

  /** When the next may go; Infinity where nobody waits or that is not known. */
  nextAt(now: number): number {
    return [...this.queues.values()].reduce((soonest, queue) => Math.min(soonest, flowReadyAt(queue, now)), Infinity);
  }

  private release(queue: Queue, now: number): void {
    const [go] = queue.waiters;
    for (const limit of queue.limits) limit.take(now);
    this.drop(queue, go!);
    if (this.queues.delete(queue.key)) this.queues.set(queue.key, queue);
    go!();
  }

  private drop(queue: Queue, go: () => void): void {
    if (!queue.waiters.delete(go)) return;
    for (const limit of queue.limits) limit.waiting[queue.lane] -= 1;
    if (queue.waiters.size === 0) this.queues.delete(queue.key);
  }
}

const lanesIn = (flows: readonly Flow[]) => byUrgency.filter((one) => flows.some(({ lane }) => lane === one));
