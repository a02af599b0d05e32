import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyedHash } from './keyed-hash.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 1_000, maxLength: 1_050, unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'ada@inbox.test', '€'.repeat(1_024), '€'.repeat(1_025), 'x'.repeat(100_000)),
);
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(500)),
);

describe('a keyed hash', () => {
  it('is HMAC-SHA-256, for keys and texts of every length', () => {
    fc.assert(
      fc.property(key, fc.array(text, { minLength: 1, maxLength: 3 }), (secret, texts) => {
        for (const one of texts)
          expect(keyedHash(secret, one)).toBe(createHmac('sha256', secret).update(one).digest('hex'));
      }),
      { numRuns: 500 },
    );
  });
});
