import { loadConfig } from '#libs/runtime';
import { describe, expect, it } from '@jest/globals';
import { smsSchema } from './sms.config.ts';

const needed = {
  KAFKA_BROKERS: 'localhost:9092',
  DATABASE_URL: 'postgres://localhost/x',
  RECIPIENT_HASH_KEY: 'a key for the tests',
  PUBLIC_URL: 'https://sms.example.org',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  SMS_FROM: '+15005550006',
};
const problemOf = (more: Record<string, string>) => {
  try {
    loadConfig(smsSchema, { ...needed, ...more });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the settings of the sms service', () => {
  it('read senders and templates from JSON', () => {
    const config = loadConfig(smsSchema, {
      ...needed,
      SMS_FROM: '',
      SMS_SENDERS: '[{"country":"DE","sender":"Shop"}]',
      TWILIO_CONTENT_TEMPLATES: `{"a":"HX${'1'.repeat(32)}"}`,
    });
    expect(config).toMatchObject({
      SMS_SENDERS: [{ country: 'DE', sender: 'Shop' }],
      SMS_ALLOWED_COUNTRIES: 'US,CA',
      SMS_MAX_SEGMENTS: 10,
      WHATSAPP_WINDOW: 'enforce',
    });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SMS_SENDERS: '{' }, /SMS_SENDERS must be JSON/],
    [{ SMS_SENDERS: '[{"country":"DE"}]' }, /SMS_SENDERS/],
    [{ SMS_SENDERS: '[{"country":"Germany","sender":"Shop"}]' }, /must be a country/],
    [{ SMS_SENDERS: '[{"country":"US","sender":"Shop"}]' }, /a name cannot be the sender in US/],
    [{ SMS_ALLOWED_COUNTRIES: 'US,Europe' }, /SMS_ALLOWED_COUNTRIES must be countries/],
    [{ SMS_PREFIX_BUDGET: 'US:5' }, /SMS_PREFIX_BUDGET must be/],
    [{ SMS_FROM: 'a name too long' }, /SMS_FROM must be a number/],
    [{ TWILIO_CONTENT_TEMPLATES: '{"a":"1"}' }, /must be HX/],
    [{ SMS_FROM: '' }, /SMS_FROM/],
    [{ PUBLIC_URL: 'https://sms_1.example.org' }, /PUBLIC_URL must have a host name without _/],
    [{ PUBLIC_URL: `https://sms.example.org/${'x'.repeat(1_000)}` }, /PUBLIC_URL/],
  ])('are refused at start: %j', (more, problem) => {
    expect(problemOf(more)).toMatch(problem);
  });
});
