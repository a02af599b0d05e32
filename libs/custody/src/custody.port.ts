import type { Epoch } from './epoch.ts';

/** What keys are for. Each purpose has keys of its own. */
export type KeyPurpose = 'operations';

/**
 * The key of one purpose and epoch. Its bytes stay with whoever gives it: a key-ring encrypts in this process, a key
 * management service by a call of its own.
 */
export interface CustodyKey {
  /**
   * @param context is bound to the result, and is not part of it: another one does not open it
   * @throws CustodyUnavailable
   */
  wrap(plain: Buffer, context: Buffer): Promise<Buffer>;

  /** @returns undefined: changed since, of another key, or for another context. @throws CustodyUnavailable */
  unwrap(wrapped: Buffer, context: Buffer): Promise<Buffer | undefined>;
}

/**
 * Where keys live, and nowhere else: never in PostgreSQL, so that no backup of it opens what it holds. Each method
 * throws CustodyUnavailable, with a remedy, where it cannot say.
 */
export abstract class Custody {
  /** @returns undefined: there is none, or it was destroyed */
  abstract key(purpose: KeyPurpose, epoch: Epoch): Promise<CustodyKey | undefined>;

  /** The key of an epoch, made where there is none: whoever makes it at the same time gets the same one. */
  abstract makeKey(purpose: KeyPurpose, epoch: Epoch): Promise<CustodyKey>;

  /** Those of which there is a key, the oldest first. */
  abstract epochs(purpose: KeyPurpose): Promise<Epoch[]>;

  /** What was sealed in this epoch opens for nobody any more. Again is safe. */
  abstract destroy(purpose: KeyPurpose, epoch: Epoch): Promise<void>;

  /** Looks whether it works and all that it keeps is sound. */
  abstract examine(): Promise<void>;
}
