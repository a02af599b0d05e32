import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { channelModes } from '../environment/channels.ts';
import { layoutOf } from '../environment/layout.ts';
import type { Secrets } from './settings/secrets.ts';
import { environmentOf, shipped, type Surroundings } from './services.ts';
import { readSettings } from './settings/settings.ts';
import { type Env } from '../environment/env.ts';

const secrets: Secrets = {
  recipientHashKey: 'hash-key',
  databasePassword: 'password',
  apiKey: 'made-key-of-the-api',
  internalToken: 'made-token',
  unsubscribeKey: 'made-key',
  sandboxSendgridApiKey: 'SG.fake',
  sandboxSendgridPrivateKey: 'private',
  sandboxSendgridPublicKey: 'public',
  sandboxResendApiKey: 're_fake',
  sandboxResendWebhookSecret: 'whsec_fake',
  sandboxTwilioAccountSid: 'ACfake',
  sandboxTwilioAuthToken: 'fake-token',
};

const around = (env: Env): Surroundings => ({
  ports: readSettings(env).ports,
  layout: layoutOf('/data'),
  secrets,
  modes: channelModes(env),
  brokers: 'kafka:9092',
  databaseUrl: 'postgresql://db/messaging',
});

const of = (name: Parameters<typeof environmentOf>[0], env: Env = {}) => environmentOf(name, env, around(env));

describe('the environment of a service', () => {
  it('has loopback addresses, its own port, and the shared Kafka, database and hash key', () => {
    expect(of('retry')).toMatchObject({
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '8083',
      KAFKA_BROKERS: 'kafka:9092',
      DATABASE_URL: 'postgresql://db/messaging',
      RECIPIENT_HASH_KEY: 'hash-key',
    });
  });

  it('gives the first key to reporting, and the token of the internal ports to who has or asks them', () => {
    expect(of('reporting')).toMatchObject({ REPORTING_BOOTSTRAP_KEY: 'made-key-of-the-api' });
    expect(of('reporting', { REPORTING_BOOTSTRAP_KEY: 'own' })).toMatchObject({ REPORTING_BOOTSTRAP_KEY: 'own' });
    for (const name of ['email', 'sms', 'retry', 'reporting'] as const)
      expect(of(name)).toMatchObject({ INTERNAL_TOKEN: 'made-token' });
    for (const other of ['email', 'sms', 'retry', 'sandbox'] as const)
      expect(of(other)).not.toHaveProperty('REPORTING_BOOTSTRAP_KEY');
    expect(of('sandbox')).not.toHaveProperty('INTERNAL_TOKEN');
  });

  it('keeps internal ports on loopback, and tells reporting where they are', () => {
    expect(of('email')).toMatchObject({ INTERNAL_HOST: '127.0.0.1', INTERNAL_PORT: '8091' });
    expect(of('sms', { SMS_INTERNAL_PORT: '9999' })).toMatchObject({ INTERNAL_PORT: '9999' });
    expect(of('retry')).toMatchObject({ INTERNAL_PORT: '8093' });
    expect(of('reporting')).not.toHaveProperty('INTERNAL_PORT');
    expect(of('reporting', { SMS_INTERNAL_PORT: '9999' })).toMatchObject({
      EMAIL_INTERNAL_URL: 'http://127.0.0.1:8091',
      SMS_INTERNAL_URL: 'http://127.0.0.1:9999',
      RETRY_INTERNAL_URL: 'http://127.0.0.1:8093',
    });
  });

  it('contains the fake credentials of a sandboxed channel only in that channel’s service', () => {
    expect(of('email')).toMatchObject({
      SENDGRID_API_KEY: 'SG.fake',
      SENDGRID_BASE_URL: 'http://127.0.0.1:4010',
      SENDGRID_WEBHOOK_PUBLIC_KEY: 'public',
      RESEND_API_KEY: 're_fake',
      RESEND_BASE_URL: 'http://127.0.0.1:4010',
      RESEND_WEBHOOK_SECRET: 'whsec_fake',
    });
    for (const other of ['sms', 'retry', 'reporting'] as const)
      expect(of(other)).not.toHaveProperty('SENDGRID_API_KEY');
    expect(of('email')).not.toHaveProperty('TWILIO_AUTH_TOKEN');
  });

  it('leaves a live channel to the user’s own settings', () => {
    const env = { SENDGRID_API_KEY: 'SG.real', EMAIL_PUBLIC_URL: 'https://email.example.org' };
    expect(of('email', env)).toMatchObject({ SENDGRID_API_KEY: 'SG.real', PUBLIC_URL: 'https://email.example.org' });
    for (const name of ['SENDGRID_BASE_URL', 'SENDGRID_WEBHOOK_PUBLIC_KEY', 'RESEND_API_KEY', 'EMAIL_FROM'])
      expect(of('email', env)).not.toHaveProperty(name);
  });

  it('enables unsubscribe links only where they can be reached', () => {
    expect(of('email')).toMatchObject({ UNSUBSCRIBE_KEY: 'made-key', PUBLIC_URL: 'http://127.0.0.1:8081' });
    expect(of('email', { SENDGRID_API_KEY: 'SG.real' })).not.toHaveProperty('UNSUBSCRIBE_KEY');
    const live = { SENDGRID_API_KEY: 'SG.real', EMAIL_PUBLIC_URL: 'https://email.example.org' };
    expect(of('email', live)).toMatchObject({ UNSUBSCRIBE_KEY: 'made-key' });
    expect(of('email', { ...live, UNSUBSCRIBE_KEY: 'own-key' })).toMatchObject({ UNSUBSCRIBE_KEY: 'own-key' });
  });

  it('shortens the waits for lost responses only while nothing is live, and never a wait that was set', () => {
    expect(of('retry', { RECONCILE_WINDOW_BULK_MS: '5' })).toMatchObject({
      RECONCILE_WINDOW_URGENT_MS: '10000',
      RECONCILE_WINDOW_BULK_MS: '5',
    });
    expect(of('retry', { SENDGRID_API_KEY: 'SG.real' })).not.toHaveProperty('RECONCILE_WINDOW_URGENT_MS');
  });

  it('runs the build, even when the caller runs on sources', () => {
    expect(of('sms', { NODE_OPTIONS: '--conditions=source --max-old-space-size=200' })['NODE_OPTIONS']).toBe(
      '--max-old-space-size=200',
    );
  });

  it('gives the sandbox neither the database nor the brokers', () => {
    expect(of('sandbox')).toMatchObject({
      SANDBOX_SENDGRID_PRIVATE_KEY: 'private',
      SANDBOX_RESEND_WEBHOOK_SECRET: 'whsec_fake',
      SANDBOX_RESEND_WEBHOOK_URL: 'http://127.0.0.1:8081/webhooks/resend',
      SANDBOX_TWILIO_AUTH_TOKEN: 'fake-token',
      HTTP_PORT: '4010',
    });
    for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'RECIPIENT_HASH_KEY'])
      expect(of('sandbox')).not.toHaveProperty(name);
  });
});

it('a service is run here with the options of Node and of the allocator that its image has', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../../../deploy/docker/Dockerfile'), 'utf8');
  expect(dockerfile).toContain(`exec node ${shipped.options.join(' ')} dist/`);
  for (const [name, value] of Object.entries(shipped.env)) expect(dockerfile).toContain(`${name}=${value}`);
});
