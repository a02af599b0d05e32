import { holdKey, pauseKey, readPausedKey, readRouteKey } from '#libs/contracts';
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

/** The pauses that close a key whatever else is open, and those that close one of its candidates, by candidate. */
function pausesOn(key: string): { all: string[]; byCandidate: string[][] } {
  try {
    const paused = readPausedKey(key);
    if (paused) return { all: paused, byCandidate: [[]] };
    const route = readRouteKey(key);
    if (!route) return { all: [], byCandidate: [] };
    const { channel, candidates } = route;
    return {
      all: [pauseKey({ kind: 'channel', channel })],
      byCandidate: candidates.map((targets) =>
        targets.map(({ provider }) => pauseKey({ kind: 'provider', channel, provider })),
      ),
    };
  } catch {
    return { all: [], byCandidate: [] };
  }
}

/** When each pause that is in force began, by its key, in milliseconds since 1970. */
export type KnownPauses = ReadonlyMap<string, number>;

const none: KnownPauses = new Map();

/**
 * Whether what waits for a key may go: nothing that it waits for is paused, and one of its candidates is neither held
 * nor paused.
 */
export function stateOf(
  key: string,
  holds: ReadonlyMap<string, KnownHold>,
  now: number,
  pauses: KnownPauses = none,
): KeyState {
  const { all, byCandidate } = pausesOn(key);
  const candidates = closedBy(key).map((names) => names.flatMap((name) => holds.get(name) ?? []));
  const isRouteOpen = candidates.some(
    (known, index) => known.every(({ until }) => until <= now) && !byCandidate[index]?.some((name) => pauses.has(name)),
  );
  const isOpen = !all.some((name) => pauses.has(name)) && (readsAsPause(key) || isRouteOpen);
  const began = [
    ...candidates.flat().map((hold) => hold.heldAt),
    ...[...all, ...byCandidate.flat()].flatMap((name) => pauses.get(name) ?? []),
  ];
  return { isOpen, heldAt: began.length > 0 ? Math.max(...began) : undefined };
}

/** Whether a key is that of pauses: what waits for it goes in the order in which it was asked for. */
export const readsAsPause = (key: string): boolean => key.startsWith('paused:');
