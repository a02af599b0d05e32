import { describe, expect, it } from '@jest/globals';
import { channelModes } from './channels.ts';

describe('the mode of a channel', () => {
  it('is the sandbox where no provider has a key', () => {
    expect(channelModes({})).toEqual({ email: 'sandbox', sms: 'sandbox' });
  });

  it('is live as soon as one provider of the channel has its key, and only in that channel', () => {
    expect(channelModes({ RESEND_API_KEY: 're_1' })).toEqual({ email: 'live', sms: 'sandbox' });
    expect(channelModes({ TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't' })).toEqual({
      email: 'sandbox',
      sms: 'live',
    });
  });

  it('is not guessed where only half of what a provider needs is set', () => {
    expect(() => channelModes({ TWILIO_AUTH_TOKEN: 'secret-1' })).toThrow(
      'TWILIO_AUTH_TOKEN is set, but TWILIO_ACCOUNT_SID is not',
    );
  });
});
