import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TwilioSignature } from './twilio.signature.webhook.ts';

interface Vector {
  id: string;
  desc: string;
  auth_token: string;
  url: string;
  params?: Record<string, string | string[]>;
  body?: string;
  signature: string | null;
  expect: boolean;
}

// Test vectors of Twilio's own library (twilio-node spec/validation.spec.js, MIT).
const vectors = JSON.parse(readFileSync(new URL('fixtures/signatures.json', import.meta.url), 'utf8')) as Vector[];

const formOf = (params: Record<string, string | string[]>) =>
  new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  ).toString();

/** The configured base URL, and the path that is called. */
function split(url: string): { base: string; path: string } {
  const at = url.indexOf('/', url.indexOf('//') + 2);
  return { base: url.slice(0, at), path: url.slice(at) };
}

const signed = (token: string, url: string, params: Record<string, string> = {}) =>
  createHmac('sha1', token)
    .update(
      url +
        Object.keys(params)
          .sort()
          .map((name) => name + params[name])
          .join(''),
    )
    .digest('base64');

describe('a webhook of Twilio', () => {
  it.each(vectors)('$id, $desc', ({ auth_token: token, url, params, body, signature, expect: verdict }) => {
    const { base, path } = split(url);
    const read = new TwilioSignature([token], base).read({
      path,
      signature: signature ?? undefined,
      rawBody: Buffer.from(body ?? formOf(params ?? {})),
    });
    expect(read !== undefined).toBe(verdict);
  });

  const base = 'https://sms.example.org/messaging';
  const path = '/webhooks/twilio/status?mi_message_id=m-1&mi_tenant=default';
  const params = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12025550123', Something: 'new & odd' };
  const genuine = { path, signature: signed('token', base + path, params), rawBody: Buffer.from(formOf(params)) };

  it('is accepted with any parameters', () => {
    expect(new TwilioSignature(['token'], base).read(genuine)).toEqual(params);
  });

  it('is accepted under either token during a rotation, and under no other', () => {
    expect(new TwilioSignature(['new', 'token'], base).read(genuine)).toEqual(params);
    expect(new TwilioSignature(['new'], base).read(genuine)).toBeUndefined();
  });

  it('in JSON is accepted when the digest in its URL is that of its body', () => {
    const rawBody = Buffer.from(JSON.stringify({ ...params, Count: 3, Nested: {} }));
    const json = `${path}&bodySHA256=${createHash('sha256').update(rawBody).digest('hex')}`;
    const signature = signed('token', base + json);
    const reader = new TwilioSignature(['token'], base);
    expect(reader.read({ path: json, signature, rawBody })).toEqual({ ...params, Count: '3' });
    expect(reader.read({ path: json, signature, rawBody: Buffer.from('{}') })).toBeUndefined();
    expect(reader.read({ path: json, signature, rawBody: Buffer.alloc(0) })).toBeUndefined();
  });

  it('that was changed anywhere is refused, 10,000 times of 10,000', () => {
    const reader = new TwilioSignature(['token', 'other'], base);
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const elsewhere = (host: string) => ({ ...genuine, signature: signed('token', host + path, params) });
    const mutation = fc.oneof(
      text.map((extra) => ({ ...genuine, rawBody: Buffer.from(formOf({ ...params, Extra: extra })) })),
      fc.constantFrom(...(Object.keys(params) as (keyof typeof params)[])).chain((name) =>
        text.map((value) => ({
          ...genuine,
          rawBody: Buffer.from(formOf({ ...params, [name]: params[name] + value })),
        })),
      ),
      fc.constantFrom(...Object.keys(params)).map((gone) => ({
        ...genuine,
        rawBody: Buffer.from(formOf(Object.fromEntries(Object.entries(params).filter(([name]) => name !== gone)))),
      })),
      fc
        .nat(genuine.rawBody.length - 1)
        .map((length) => ({ ...genuine, rawBody: genuine.rawBody.subarray(0, length) })),
      fc
        .nat(genuine.signature.length - 1)
        .map((length) => ({ ...genuine, signature: genuine.signature.slice(0, length) })),
      text.filter((given) => given !== genuine.signature).map((signature) => ({ ...genuine, signature })),
      text
        .filter((secret) => secret !== 'token' && secret !== 'other')
        .map((secret) => ({ ...genuine, signature: signed(secret, base + path, params) })),
      fc
        .constantFrom(
          'http://sms.example.org/messaging',
          'https://sms.example.com/messaging',
          'https://sms.example.org',
          'https://sms.example.org:8443/messaging/x',
        )
        .map(elsewhere),
      text.map((extra) => ({ ...genuine, path: `${path}&more=${encodeURIComponent(extra)}` })),
      fc.constant({ ...genuine, path: path.replace('m-1', 'm-2') }),
      fc.constant({ ...genuine, signature: undefined }),
    );
    fc.assert(
      fc.property(mutation, (webhook) => reader.read(webhook) === undefined),
      { numRuns: 10_000 },
    );
    expect(reader.read(genuine)).toEqual(params);
  });
});
