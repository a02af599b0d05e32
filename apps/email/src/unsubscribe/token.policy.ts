import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/** Who unsubscribes from what. It contains no address: the recipient is a keyed hash. */
export interface UnsubscribeClaim {
  tenant: string;
  messageId: string;
  recipient: string;
  scope: string;
}

interface Keys {
  seal: Buffer;
  nonce: Buffer;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Longer than any claim. */
const MOST_CHARACTERS = 600;

/**
 * Opaque tokens for unsubscribe links: AES-256-GCM, so that nobody can read or forge one. The nonce is derived from the
 * content, so that the same claim has the same token: a repeated mail must have the same bytes.
 */
export class UnsubscribeTokens {
  private readonly keys: readonly Keys[];

  /** @param secrets the first encrypts, all decrypt: two during a rotation */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => ({
      seal: derived(secret, 'unsubscribe seal'),
      nonce: derived(secret, 'unsubscribe nonce'),
    }));
  }

  seal({ tenant, messageId, recipient, scope }: UnsubscribeClaim): string {
    const [keys] = this.keys as [Keys];
    const plain = Buffer.from([tenant, messageId, recipient, scope].join('\n'));
    const nonce = createHmac('sha256', keys.nonce).update(plain).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keys.seal, nonce).setAAD(Buffer.of(VERSION));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined for a token that none of the keys has made. */
  open(token: string): UnsubscribeClaim | undefined {
    if (token.length > MOST_CHARACTERS || !/^[\w-]+$/.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    // The last character of base64 has unused bits: only one encoding of a token is accepted.
    if (bytes.length <= 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION || bytes.toString('base64url') !== token)
      return undefined;
    for (const { seal } of this.keys) {
      const plain = opened(bytes, seal);
      if (plain) return claimOf(plain);
    }
    return undefined;
  }
}

function opened(bytes: Buffer, key: Buffer): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.of(VERSION)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    return undefined;
  }
}

function claimOf(plain: string): UnsubscribeClaim | undefined {
  const [tenant, messageId, recipient, scope] = plain.split('\n');
  if (!tenant || !messageId || !recipient || !scope) return undefined;
  return { tenant, messageId, recipient, scope };
}

/**
 * The token in the path after `/unsubscribe/`. Mail programs and people may add characters of the surrounding text,
 * such as `/`, `.`, `>` or `)`: the token ends before the first character that it cannot contain.
 */
export const tokenIn = (text: string): string => /^[\w-]*/.exec(text)![0];

const derived = (secret: string, use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', use, 32));
