import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isGenuine, publicKeysOf } from './sendgrid.signature.policy.ts';

interface Vector {
  id: string;
  desc: string;
  public_key: string;
  timestamp: string;
  payload: string;
  signature: string;
  expect: boolean;
}

// Test vectors of SendGrid's own library (sendgrid-nodejs packages/eventwebhook, MIT), one derived from them.
const vectors = JSON.parse(readFileSync(new URL('fixtures/signatures.json', import.meta.url), 'utf8')) as Vector[];
const hour = 3_600_000;

describe('the signature of SendGrid’s event webhook', () => {
  it.each(vectors)(
    'agrees with SendGrid’s own library: $id, $desc',
    ({ public_key: key, timestamp, payload, signature, expect: verdict }) => {
      const at = Number(timestamp) * 1000;
      expect(isGenuine({ signature, timestamp, rawBody: Buffer.from(payload) }, publicKeysOf(key), hour, at)).toBe(
        verdict,
      );
    },
  );

  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const now = 1_800_000_000_000;
  const timestamp = '1800000000';
  const rawBody = Buffer.from('[{"event":"delivered","sg_message_id":"abc"}\r\n]');
  const sign = (time: string, body: Buffer) =>
    createSign('sha256').update(time).update(body).sign(privateKey, 'base64');
  const genuine = { signature: sign(timestamp, rawBody), timestamp, rawBody };

  it('is accepted under either key during a rotation', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ format: 'der', type: 'spki' })
      .toString('base64');
    expect(isGenuine(genuine, publicKeysOf(`${other}, ${spki}`), hour, now)).toBe(true);
    expect(isGenuine(genuine, publicKeysOf(other), hour, now)).toBe(false);
  });

  it('is refused once it is older than the tolerance, or from the future', () => {
    expect(isGenuine(genuine, publicKeysOf(spki), hour, now + hour)).toBe(true);
    expect(isGenuine(genuine, publicKeysOf(spki), hour, now + hour + 1)).toBe(false);
    expect(isGenuine(genuine, publicKeysOf(spki), hour, now - hour - 1)).toBe(false);
  });

  it('is refused whatever is changed in body, time, signature or key, 12,000 times of 12,000', () => {
    const keys = publicKeysOf(spki);
    const others = Array.from({ length: 4 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const mutation = fc.oneof(
      fc.record({ at: fc.nat(rawBody.length - 1), bit: fc.nat(7) }).map(({ at, bit }) => {
        const body = Buffer.from(rawBody);
        body[at]! ^= 1 << bit;
        return { ...genuine, rawBody: body };
      }),
      fc.nat(rawBody.length - 1).map((length) => ({ ...genuine, rawBody: rawBody.subarray(0, length) })),
      fc.integer({ min: 1, max: 1_000 }).map((seconds) => ({ ...genuine, timestamp: String(1_800_000_000 - seconds) })),
      fc
        .nat(genuine.signature.length - 1)
        .map((length) => ({ ...genuine, signature: genuine.signature.slice(0, length) })),
      fc.tuple(fc.constantFrom(...others), fc.string()).map(([key, more]) => {
        const body = Buffer.concat([rawBody, Buffer.from(more)]);
        return {
          signature: createSign('sha256').update(timestamp).update(body).sign(key, 'base64'),
          timestamp,
          rawBody: body,
        };
      }),
      fc.string({ minLength: 1 }).map((more) => ({ ...genuine, rawBody: Buffer.concat([rawBody, Buffer.from(more)]) })),
      fc.base64String({ minLength: 8, maxLength: 120 }).map((signature) => ({ ...genuine, signature })),
      fc.constantFrom(
        { ...genuine, signature: undefined },
        { ...genuine, signature: '' },
        { ...genuine, timestamp: undefined },
        { ...genuine, timestamp: '' },
        { ...genuine, timestamp: '1800000000 ' },
      ),
    );
    fc.assert(
      fc.property(mutation, (delivery) => {
        // A signature without its base64 padding still decodes to the same bytes.
        fc.pre(
          !delivery.signature ||
            !Buffer.from(delivery.signature, 'base64').equals(Buffer.from(genuine.signature, 'base64')) ||
            delivery.rawBody !== rawBody ||
            delivery.timestamp !== timestamp,
        );
        expect(isGenuine(delivery, keys, hour, now)).toBe(false);
      }),
      { numRuns: 12_000 },
    );
  });

  it('is accepted over any body, at any time within the tolerance', () => {
    const keys = publicKeysOf(spki);
    const delivery = fc.record({
      body: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      late: fc.integer({ min: -3_600, max: 3_600 }),
    });
    fc.assert(
      fc.property(delivery, ({ body, late }) => {
        const at = String(1_800_000_000 + late);
        expect(isGenuine({ signature: sign(at, body), timestamp: at, rawBody: body }, keys, hour, now)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
