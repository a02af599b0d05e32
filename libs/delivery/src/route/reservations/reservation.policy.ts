/**
 * Moments at which a slow sender may send, reserved for this replica: `left` of them, `intervalMs` apart. Times are in
 * ms.
 */
export interface Reservation {
  next: number;
  left: number;
  intervalMs: number;
}

export const noReservation: Reservation = { next: 0, left: 0, intervalMs: 1 };

// A moment cannot be used ever later, or unused ones would add up to a burst; a busy process still needs some leeway.
const LEAST_LEEWAY_MS = 100;

/**
 * A slice as the database granted it: `count` moments, the first `startsInMs` after it was granted, which was some time
 * between asking and the answer. Counted from the answer, so never too early; what would come too late for that, when
 * the answer took long, belongs to others by then and is given up, but for one: a slow database must not hold up
 * everything.
 */
export function granted(
  count: number,
  startsInMs: number,
  intervalMs: number,
  asked: number,
  answered: number,
): Reservation {
  const tooLate = Math.floor((answered - asked - Math.max(intervalMs, LEAST_LEEWAY_MS)) / intervalMs) + 1;
  return { next: answered + startsInMs, left: Math.max(1, count - Math.max(0, tooLate)), intervalMs };
}

/** The slice without the moments that have passed unused. */
export function unexpired(slice: Reservation, now: number): Reservation {
  const leeway = Math.max(slice.intervalMs, LEAST_LEEWAY_MS);
  const missed = Math.min(slice.left, Math.max(0, Math.floor((now - slice.next - leeway) / slice.intervalMs) + 1));
  return missed === 0 ? slice : { ...slice, next: slice.next + missed * slice.intervalMs, left: slice.left - missed };
}

/** When the next moment is; Infinity where another slice is needed. */
export function momentAt(slice: Reservation, now: number): number {
  const { next, left } = unexpired(slice, now);
  return left > 0 ? Math.max(now, next) : Infinity;
}

/** The slice with one moment less. Ask `momentAt` first. */
export function used(slice: Reservation, now: number): Reservation {
  const { next, left, intervalMs } = unexpired(slice, now);
  return { next: next + intervalMs, left: left - 1, intervalMs };
}

/** The slice with the moment that was used last, and came to nothing. */
export const unused = ({ next, left, intervalMs }: Reservation): Reservation => ({
  next: next - intervalMs,
  left: left + 1,
  intervalMs,
});

/** How many moments to reserve: as many as wait, at most what `sliceMs` holds, at least one. */
export function reservationSize(waiting: number, perS: number, reservationMs: number): number {
  return Math.max(1, Math.min(waiting, Math.floor((perS * reservationMs) / 1000)));
}
