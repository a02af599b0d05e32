import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isGenuine, secretsOf, type SignedDelivery } from './resend.signature.policy.ts';

interface Vector {
  id: string;
  desc: string;
  secret: string;
  msg_id: string | null;
  timestamp: string;
  payload: string;
  signature: string;
  at: number;
  expect: boolean;
}

// Test vectors of the scheme's own libraries (standard-webhooks, javascript and rust, MIT).
const vectors = JSON.parse(readFileSync(new URL('fixtures/signatures.json', import.meta.url), 'utf8')) as Vector[];
const tolerance = 300_000;

describe('the signature of Resend’s webhooks', () => {
  it.each(vectors)(
    'agrees with the libraries of its scheme: $id, $desc',
    ({ secret, msg_id: id, timestamp, payload, signature, at, expect: verdict }) => {
      const delivery = { id: id ?? undefined, timestamp, signature, rawBody: Buffer.from(payload) };
      expect(isGenuine(delivery, secretsOf(secret), tolerance, at * 1000)).toBe(verdict);
    },
  );

  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
  const now = 1_800_000_000_000;
  const rawBody = Buffer.from('{"type":"email.delivered","data":{"email_id":"abc"}}');
  const sign = (id: string, timestamp: string, body: Buffer, by = secret) =>
    `v1,${createHmac('sha256', secretsOf(by)[0]!).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  const genuine = { id: 'msg_1', timestamp: '1800000000', signature: sign('msg_1', '1800000000', rawBody), rawBody };

  it('is accepted under either secret during a rotation', () => {
    expect(isGenuine(genuine, secretsOf(`${other}, ${secret}`), tolerance, now)).toBe(true);
    expect(isGenuine(genuine, secretsOf(other), tolerance, now)).toBe(false);
  });

  it('is refused once it is older than the tolerance, or from the future', () => {
    expect(isGenuine(genuine, secretsOf(secret), tolerance, now + tolerance)).toBe(true);
    expect(isGenuine(genuine, secretsOf(secret), tolerance, now + tolerance + 1)).toBe(false);
    expect(isGenuine(genuine, secretsOf(secret), tolerance, now - tolerance - 1)).toBe(false);
  });

  it('is refused whatever is changed in body, id, time, signature or secret', () => {
    const changed = (change: Partial<SignedDelivery>) => ({ ...genuine, ...change });
    const mutation: fc.Arbitrary<SignedDelivery> = fc.oneof(
      fc.record({ at: fc.nat(rawBody.length - 1), bit: fc.nat(7) }).map(({ at, bit }) => {
        const body = Buffer.from(rawBody);
        body[at]! ^= 1 << bit;
        return changed({ rawBody: body });
      }),
      fc.nat(rawBody.length - 1).map((length) => changed({ rawBody: rawBody.subarray(0, length) })),
      fc
        .string({ maxLength: 30 })
        .filter((id) => id !== genuine.id)
        .map((id) => changed({ id })),
      fc.integer({ min: 1, max: 299 }).map((seconds) => changed({ timestamp: String(1_800_000_000 - seconds) })),
      // The last characters encode the padding only.
      fc.nat(genuine.signature.length - 3).map((length) => changed({ signature: genuine.signature.slice(0, length) })),
      fc.base64String({ minLength: 8, maxLength: 80 }).map((text) => changed({ signature: `v1,${text}` })),
      fc
        .constantFrom('v2', 'v1a', '')
        .map((version) => changed({ signature: genuine.signature.replace('v1', version) })),
      fc.constant(changed({ signature: sign(genuine.id, genuine.timestamp, rawBody, other) })),
      fc.constantFrom(
        changed({ id: undefined }),
        changed({ timestamp: undefined }),
        changed({ signature: undefined }),
        changed({ timestamp: ' 1800000000' }),
      ),
    );
    fc.assert(
      fc.property(mutation, (delivery) => {
        expect(isGenuine(delivery, secretsOf(secret), tolerance, now)).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });
});
