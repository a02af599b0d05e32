import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { CustodyKey } from './custody.port.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A key in this process: AES-256-GCM, as nonce, ciphertext and tag. A random nonce of 96 bits is safe for 2^32 texts of
 * one key (NIST SP 800-38D, 8.3): a week has far fewer.
 */
export class AesKey implements CustodyKey {
  // A KeyObject does not show its bytes where it is printed.
  private readonly key: KeyObject;

  constructor(key: KeyObject) {
    this.key = key;
  }

  wrap(plain: Buffer, context: Buffer): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Promise.resolve(Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]));
  }

  unwrap(wrapped: Buffer, context: Buffer): Promise<Buffer | undefined> {
    return Promise.resolve(this.opened(wrapped, context));
  }

  private opened(wrapped: Buffer, context: Buffer): Buffer | undefined {
    if (wrapped.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = wrapped.subarray(0, NONCE_BYTES);
    const tag = wrapped.subarray(wrapped.length - TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
    decipher.setAuthTag(tag);
    const plain = decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES));
    try {
      return Buffer.concat([plain, decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
