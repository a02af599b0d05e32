import { holdKey, readRouteKey } from '#libs/contracts';
import type { KeyState } from './ramp.policy.ts';

/** A hold as retry knows it, by the clock of its database, in milliseconds since 1970. */
export interface KnownHold {
  /** When it was set. */
  heldAt: number;
  /** Until when it holds; it has been lifted where this has passed. */
  until: number;
}

/** The holds that could close a key: one list for each candidate. None: nothing that is known can. */
export function closedBy(key: string): string[][] {
  try {
    return readRouteKey(key)?.candidates.map((targets) => targets.map(holdKey)) ?? [];
  } catch {
    // Another version's key: its messages go when their longest wait is over.
    return [];
  }
}

/** Whether what waits for a key may go: one of its candidates is not held. */
export function stateOf(key: string, holds: ReadonlyMap<string, KnownHold>, now: number): KeyState {
  const candidates = closedBy(key).map((names) => names.flatMap((name) => holds.get(name) ?? []));
  const heldAt = candidates.flat().map((hold) => hold.heldAt);
  return {
    isOpen: candidates.some((known) => known.every(({ until }) => until <= now)),
    heldAt: heldAt.length > 0 ? Math.max(...heldAt) : undefined,
  };
}
