import type { UndecodableBatch } from '../fetch/unread.ts';

/**
 * again: fetch it once more first; quarantined: it stays as it is; reported: the rest of one that has been quarantined
 * already.
 */
export type UnreadVerdict = 'again' | 'quarantined' | 'reported';

/** What to do about the batches of one partition that cannot be decoded, during one assignment. */
export class UnreadBatches {
  private askedAgain: number | undefined;
  private reported: number | undefined;

  /**
   * Bytes that are not those that were written may have been changed on their way here: asked for again, they can be
   * good. Where the checksum fits, the producer wrote them so, and asking helps nothing.
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
