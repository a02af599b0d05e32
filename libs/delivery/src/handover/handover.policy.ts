import type { SendDeferred } from '#libs/contracts';

/**
 * Whether the channel must make sure that retry reads this hand-over. Retry itself waits for an answer to each hop that
 * it has released. It does not know a first hop, or one whose acceptance was revoked after the answer, until it has
 * read the hand-over.
 */
export const mustBeAcknowledged = ({ hop, acceptanceRevoked }: SendDeferred): boolean =>
  hop === 1 || acceptanceRevoked === true;
