import { Injectable } from '@nestjs/common';

/** Everything in the same slot of this many milliseconds happens together, and shares one timer. */
const SLOT_MS = 10;

/** Calls functions at their times. */
@Injectable()
export class TimelineService {
  private readonly slots = new Map<number, { timer: NodeJS.Timeout; due: (() => void)[] }>();
  private stopped = false;

  /** @param at ms since 1970; a past time means as soon as possible. */
  at(at: number, run: () => void): void {
    if (this.stopped) return;
    const now = Date.now();
    const slot = Math.ceil(Math.max(at, now) / SLOT_MS);
    const waiting = this.slots.get(slot);
    if (waiting) {
      waiting.due.push(run);
      return;
    }
    // A timer can wait for 24.8 days at most; later times are checked again then.
    const wait = Math.min(slot * SLOT_MS - now, 2_147_000_000);
    const timer = setTimeout(() => this.run(slot, at), wait);
    this.slots.set(slot, { timer, due: [run] });
  }

  stop(): void {
    this.stopped = true;
    for (const { timer } of this.slots.values()) clearTimeout(timer);
    this.slots.clear();
  }

  private run(slot: number, at: number): void {
    const due = this.slots.get(slot)?.due ?? [];
    this.slots.delete(slot);
    for (const run of due) {
      if (at > Date.now() + SLOT_MS) this.at(at, run);
      else run();
    }
  }
}
