import type { Lane } from '#libs/contracts';
import { nextAttemptAt } from './next-attempt.policy.ts';
import {
  availableAt,
  type Bucket,
  fullBucket,
  givenBack,
  held,
  isFull,
  type Rate,
  reRated,
  taken,
} from './bucket.policy.ts';
import { atLeastAsUrgent } from './lanes.policy.ts';
import type { SenderReservations } from '../reservations/sender-reservations.port.ts';
import {
  granted,
  momentAt,
  noReservation,
  type Reservation,
  reservationSize,
  unused,
  used,
} from '../reservations/reservation.policy.ts';

/** Something a message needs one token of before it may go. Times are in ms of one clock. */
export abstract class Limit {
  readonly waiting: Record<Lane, number> = { urgent: 0, transactional: 0, bulk: 0 };
  private readonly reservations: Record<Lane, number> = { urgent: 0, transactional: 0, bulk: 0 };

  /** Between two tokens. */
  abstract readonly intervalMs: number;

  /** When the next token is there; Infinity where that is not known. */
  abstract readyAt(now: number): number;

  /** Takes a token. Only when `readyAt` is not ahead. */
  abstract take(now: number): void;

  /** Gives a token back that was not used. */
  abstract giveBack(now: number): void;

  /** About when the last of those who wait in this lane, and of so many more, would have its turn. */
  abstract turnAt(lane: Lane, now: number, more?: number): number;

  /** Asks for more where somebody waits and there is none. */
  refill(_now: number): void {}

  /** Whether nothing would be lost by forgetting it. */
  abstract isIdle(now: number): boolean;

  /** A time to ask again for a message that is sent away, after that of the one before. */
  appoint(lane: Lane, expected: number, now: number): number {
    return (this.reservations[lane] = nextAttemptAt(expected, this.reservations[lane], this.intervalMs, now));
  }

  protected ahead(lane: Lane): number {
    return atLeastAsUrgent(lane).reduce((sum, one) => sum + this.waiting[one], 0);
  }

  protected get isAwaited(): boolean {
    return this.ahead('bulk') > 0;
  }
}

/** The rate of a provider or a tenant, as far as it is this replica's. */
export class BucketLimit extends Limit {
  private rate: Rate;
  private bucket: Bucket;

  constructor(rate: Rate, now: number) {
    super();
    this.rate = rate;
    this.bucket = fullBucket(rate, now);
  }

  get intervalMs(): number {
    return this.rate.perS > 0 ? 1000 / this.rate.perS : 0;
  }

  readyAt(now: number): number {
    return availableAt(this.bucket, this.rate, now);
  }

  take(now: number): void {
    this.bucket = taken(this.bucket, this.rate, now);
  }

  giveBack(now: number): void {
    this.bucket = givenBack(this.bucket, this.rate, now);
  }

  turnAt(lane: Lane, now: number, more = 0): number {
    return availableAt(this.bucket, this.rate, now, Math.max(1, this.ahead(lane) + more));
  }

  isIdle(now: number): boolean {
    return !this.isAwaited && isFull(this.bucket, this.rate, now);
  }

  change(rate: Rate, now: number): void {
    this.bucket = reRated(this.bucket, this.rate, rate, now);
    this.rate = rate;
  }

  hold(until: number): void {
    this.bucket = held(this.bucket, until);
  }
}

export interface SenderLimitOptions {
  reservations: SenderReservations;
  sender: string;
  perS: number;
  reservationMs: number;
  now: () => number;
  /** Called when there may be more to take. */
  onChange: () => void;
  onError: (error: unknown) => void;
}

/** After Postgres could not be asked. */
const PAUSE_MS = 500;

/** The rate of one slow sender, shared by all replicas: in slices that are asked for as messages wait. */
export class SenderLimit extends Limit {
  readonly intervalMs: number;
  private readonly options: SenderLimitOptions;
  private slice: Reservation = noReservation;
  private asking = false;

  constructor(options: SenderLimitOptions) {
    super();
    this.options = options;
    this.intervalMs = 1000 / options.perS;
  }

  readyAt(now: number): number {
    return momentAt(this.slice, now);
  }

  take(now: number): void {
    this.slice = used(this.slice, now);
  }

  giveBack(): void {
    this.slice = unused(this.slice);
  }

  turnAt(lane: Lane, now: number, more = 0): number {
    const next = this.readyAt(now);
    return (next === Infinity ? now : next) + Math.max(0, this.ahead(lane) + more - 1) * this.intervalMs;
  }

  isIdle(now: number): boolean {
    return !this.isAwaited && !this.asking && this.readyAt(now) === Infinity;
  }

  override refill(now: number): void {
    if (this.asking || !this.isAwaited || this.readyAt(now) !== Infinity) return;
    this.asking = true;
    void this.ask();
  }

  private async ask(): Promise<void> {
    const { reservations, sender, perS, reservationMs, now, onChange, onError } = this.options;
    const count = reservationSize(this.ahead('bulk'), perS, reservationMs);
    try {
      const asked = now();
      const startsInMs = await reservations.reserve({ sender, perS, count });
      this.slice = granted(count, startsInMs, this.intervalMs, asked, now());
    } catch (error) {
      onError(error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.asking = false;
    onChange();
  }
}
