import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import type { Sandbox } from '../src/sandbox.ts';
import { aMailTo, listed, running, sendGridOf, withAccount } from './running.ts';

let sandbox: Sandbox;
let resend: Resend;

beforeAll(async () => {
  sandbox = await running({
    SANDBOX_SENDER_DOMAINS: 'messaging.test',
    SANDBOX_RESEND_API_KEY: 're_test',
    SANDBOX_RESEND_RATE_PER_S: '1000',
  });
  resend = new Resend('re_test', { baseUrl: sandbox.url });
});
afterAll(() => sandbox.close());
afterEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/account`, { method: 'DELETE' });
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
});

const sendGrid = (from: string, parts: Record<string, unknown> = {}) =>
  sendGridOf(sandbox).send(aMailTo('ada@inbox.test', 'order-1', { from, ...parts }));

describe('SendGrid', () => {
  const unverified = {
    code: 403,
    response: {
      body: {
        errors: [{ field: 'from', message: expect.stringContaining('does not match a verified Sender Identity') }],
      },
    },
  };

  it('refuses mail from an unknown sender, in its own sandbox mode too', async () => {
    await expect(sendGrid('shop@other.test')).rejects.toMatchObject(unverified);
    await expect(
      sendGrid('shop@other.test', { mailSettings: { sandboxMode: { enable: true } } }),
    ).rejects.toMatchObject(unverified);
    expect((await listed(sandbox)).total).toBe(0);
  });

  it('accepts it from any address of an authenticated domain', async () => {
    await expect(sendGrid('anyone@Messaging.test')).resolves.toBeDefined();
    await withAccount(sandbox, { sendgrid: { domains: [{ domain: 'messaging.test', valid: false }] } });
    await expect(sendGrid('anyone@messaging.test')).rejects.toMatchObject(unverified);
  });

  it('accepts it from a verified single sender, once it is confirmed', async () => {
    await withAccount(sandbox, {
      sendgrid: {
        senders: [
          { email: 'ada@other.test', verified: true },
          { email: 'bob@other.test', verified: false },
        ],
      },
    });
    await expect(sendGrid('ada@other.test')).resolves.toBeDefined();
    await expect(sendGrid('bob@other.test')).rejects.toMatchObject(unverified);
  });
});

describe('Resend', () => {
  const email = (from: string, to = 'ada@inbox.test') =>
    resend.emails.send({ from, to, subject: 'Hello', text: 'Hello Ada' });

  it('refuses mail from a domain that is not verified, or no longer verified', async () => {
    expect((await email('shop@other.test')).error).toMatchObject({
      statusCode: 403,
      name: 'validation_error',
      message: expect.stringContaining('other.test domain is not verified'),
    });
    expect((await email('shop@messaging.test')).error).toBeNull();
    await withAccount(sandbox, { resend: { domains: [{ name: 'messaging.test', status: 'pending' }] } });
    expect((await email('shop@messaging.test')).error).toMatchObject({ statusCode: 403 });
  });

  it('accepts mail from its test domain only to the account’s own address', async () => {
    await withAccount(sandbox, { resend: { owner: 'me@home.test' } });
    expect((await email('onboarding@resend.dev')).error).toMatchObject({
      statusCode: 403,
      message: expect.stringContaining('your own email address (me@home.test)'),
    });
    expect((await email('onboarding@resend.dev', 'me@home.test')).error).toBeNull();
  });
});
