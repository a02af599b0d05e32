import type { UndecodableBatch } from '../fetch/unread.ts';

/**
 * again: fetch it once more first; quarantined: quarantine it; reported: the rest of one that has been quarantined
 * already.
 */
export type UnreadVerdict = 'again' | 'quarantined' | 'reported';

/** Decides what to do about the batches of one partition that cannot be decoded, during one assignment. */
export class UnreadBatches {
  private askedAgain: number | undefined;
  private reported: number | undefined;

  /**
   * Bytes with a wrong checksum may have been changed in transit: fetched again, they can be good. Where the checksum
   * is right, the producer wrote them so, and fetching again does not help.
   */
  judge({ fault, baseOffset }: UndecodableBatch): UnreadVerdict {
    if (this.reported === baseOffset) return 'reported';
    if ((fault === 'crc' || fault === 'magic') && this.askedAgain !== baseOffset) {
      this.askedAgain = baseOffset;
      return 'again';
    }
    this.reported = baseOffset;
    return 'quarantined';
  }
}
