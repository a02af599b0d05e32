import type { Lane } from '#libs/contracts';

/** Free slots are given to lanes in this order. */
export const lanesByUrgency: readonly Lane[] = ['urgent', 'transactional', 'bulk'];

/**
 * The share of all slots that a lane may take, in per cent. The rest is free for more urgent records: whatever the
 * backlog of bulk, three slots of ten are never its own.
 */
const shares: Record<Lane, number> = { urgent: 100, transactional: 90, bulk: 70 };

/** How many records of a lane may be in work at a time, out of `capacity`; at least one. */
export const laneQuotaOf = (lane: Lane, capacity: number): number =>
  Math.max(1, Math.floor((capacity * shares[lane]) / 100));
