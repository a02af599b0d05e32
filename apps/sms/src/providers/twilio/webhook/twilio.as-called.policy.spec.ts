import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import twilio from 'twilio';
import { isSignedAsCalled, type TwilioForm } from './twilio.as-called.policy.ts';

const { getExpectedTwilioSignature: signatureBy, validateRequest } = twilio;

const aUrl = fc
  .record({
    scheme: fc.constantFrom('https', 'http'),
    host: fc.constantFrom('sms.example.org', '127.0.0.1', 'user:pass@sms.example.org'),
    port: fc.constantFrom('', ':8443', ':443', ':80'),
    path: fc.webPath(),
    query: fc.webQueryParameters(),
  })
  .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}/hooks${path}?${query}`);
const aForm: fc.Arbitrary<TwilioForm> = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { minLength: 2, maxLength: 4 })),
);

describe('the signature over the address as it was called', () => {
  it('is accepted where Twilio’s library has made it over this address', () => {
    fc.assert(
      fc.property(aUrl, aForm, (url, form) => {
        expect(isSignedAsCalled('token', signatureBy('token', url, form), url, form)).toBe(true);
      }),
    );
  });

  it('is accepted only where Twilio’s library accepts it, whatever was signed', () => {
    const changed = fc.constantFrom(
      ({ url, form, token }: Signed): Signed => ({ url, form, token }),
      ({ url, form }: Signed): Signed => ({ url, form, token: 'another' }),
      ({ url, form, token }: Signed): Signed => ({ url: `${url}x`, form, token }),
      ({ url, form, token }: Signed): Signed => ({ url: new URL(url).href, form, token }),
      ({ url, form, token }: Signed): Signed => ({ url: url.replace(/:\d+\//, '/'), form, token }),
      ({ url, form, token }: Signed): Signed => ({ url, form: { ...form, More: 'x' }, token }),
    );
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(aUrl, aForm, changed, (url, form, change) => {
        const signed = change({ url, form, token: 'token' });
        const signature = signatureBy(signed.token, signed.url, signed.form);
        const isAccepted = isSignedAsCalled('token', signature, url, form);
        seen[isAccepted ? 'accepted' : 'refused'] += 1;
        if (isAccepted) expect(validateRequest('token', signature, url, form)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(50);
  });

  it.each(['', 'x', 'AAAA', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='])('is refused where it is %j', (signature) => {
    expect(isSignedAsCalled('token', signature, 'https://sms.example.org/a', { A: 'b' })).toBe(false);
  });
});

interface Signed {
  url: string;
  form: TwilioForm;
  token: string;
}
