import type { SendDeferred } from '#libs/contracts';

/**
 * Whether the channel itself must see to it that retry learns of this hand-over. Retry waits for an answer to each hop
 * that it has released; of a first hop, and of one that was answered and then given back, it knows nothing until it has
 * read this.
 */
export const mustBeAcknowledged = ({ hop, acceptanceRevoked }: SendDeferred): boolean =>
  hop === 1 || acceptanceRevoked === true;
