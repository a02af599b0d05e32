import type { Lane } from '#libs/contracts';

/** In this order lanes are served when a place is free. */
export const lanesByUrgency: readonly Lane[] = ['urgent', 'transactional', 'bulk'];

/**
 * The part of all places a lane may take, in per cent. What a lane leaves is there at once when a more urgent record
 * comes: with any backlog of bulk, three places of ten are never its own.
 */
const shares: Record<Lane, number> = { urgent: 100, transactional: 90, bulk: 70 };

/** How many records of a lane may be in work at a time, of `capacity` in all; at least one. */
export const laneQuotaOf = (lane: Lane, capacity: number): number =>
  Math.max(1, Math.floor((capacity * shares[lane]) / 100));
