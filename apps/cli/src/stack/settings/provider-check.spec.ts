import { describe, expect, it } from '@jest/globals';
import { explain } from '../../errors.ts';
import { keyRefused } from './provider-check.ts';

describe('a key that the provider refuses', () => {
  it('is named with the provider, the setting and the remedies', () => {
    const text = explain(keyRefused('twilio', { status: 'refused', meaning: 'Authentication failed.' }));
    expect(text).toContain('Twilio refuses the key in TWILIO_AUTH_TOKEN: Authentication failed.');
    expect(text).toContain('unset TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to use the sandbox');
  });
});
