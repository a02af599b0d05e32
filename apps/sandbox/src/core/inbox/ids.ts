import { randomBytes } from 'node:crypto';

// A system call for each id would cost more than the rest of a request: one block of random bytes is used for a
// thousand.
const BLOCK = 16_384;
let block = Buffer.alloc(0);
let used = 0;

function take(bytes: number): Buffer {
  if (used + bytes > block.length) {
    block = randomBytes(BLOCK);
    used = 0;
  }
  used += bytes;
  return block.subarray(used - bytes, used);
}

export const hex = (digits: number) => take(digits / 2).toString('hex');

/** In the form of SendGrid's X-Message-Id: 22 characters. */
export const messageId = () => take(16).toString('base64url');
