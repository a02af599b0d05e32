import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountSid, apiKey, authToken, publicKey } from '../../../sandbox/test/running.ts';
import { ExaminedAccounts } from './examined-accounts.ts';

const script = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const serviceSid = `MG${'b'.repeat(32)}`;
const accounts = new ExaminedAccounts();

beforeEach(() => accounts.start());
afterEach(() => accounts.stop());

describe('the doctor', () => {
  it('finds nothing to fix where all is set up, and shows no secret and no address', async () => {
    const diagnosis = await accounts.examine();
    expect(diagnosis.findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(diagnosis.findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'sendgrid.key',
        'sendgrid.scopes',
        'sendgrid.sender',
        'sendgrid.webhook-signing',
        'sendgrid.clock',
        'twilio.key',
        'twilio.account',
        'twilio.sender',
        'twilio.inbound',
      ]),
    );
    expect(diagnosis.well).toBe(true);
    const reported = JSON.stringify(diagnosis);
    for (const secret of [apiKey, authToken, publicKey, accountSid, 'no-reply@', '+15005550006'])
      expect(reported).not.toContain(secret);
  });

  it('reports a revoked key of each provider, and makes no further calls with it', async () => {
    await accounts.configure({ sendgrid: { keyRevoked: true }, twilio: { keyRevoked: true } });
    expect(await accounts.troubles()).toEqual({
      'sendgrid.key': 'fail: the key is refused (401): it is wrong, revoked, or of another region',
      'twilio.key': 'fail: the credentials are refused (401)',
    });
  });

  it('reports which scope is missing and what that costs; only mail.send is a failure', async () => {
    await accounts.configure({
      sendgrid: {
        scopes: [
          'mail.send',
          'whitelabel.read',
          'user.webhooks.event.settings.read',
          'suppression.read',
          'asm.groups.suppressions.read',
        ],
      },
    });
    expect(await accounts.troubles()).toEqual({
      'sendgrid.scopes': 'warn: missing: messages.read (a lost answer is settled by events alone)',
    });
    await accounts.configure({
      sendgrid: {
        scopes: [
          'messages.read',
          'whitelabel.read',
          'user.webhooks.event.settings.read',
          'suppression.read',
          'asm.groups.suppressions.read',
        ],
      },
    });
    expect(await accounts.troubles()).toEqual({ 'sendgrid.scopes': 'fail: missing: mail.send (nothing is sent)' });
  });

  it('reports what it could not check with a key that may only send', async () => {
    await accounts.configure({ sendgrid: { scopes: ['mail.send'] } });
    const found = await accounts.troubles();
    expect(found['sendgrid.sender']).toMatch(/^skipped: .*DOCTOR_SENDGRID_API_KEY/);
    expect(found['sendgrid.webhook']).toMatch(/^skipped: .*DOCTOR_SENDGRID_API_KEY/);
    expect((await accounts.examine()).well).toBe(true);
  });

  it('warns of scopes that allow more than is needed', async () => {
    const { scopes } = (
      (await (await fetch(`${accounts.sandbox.url}/_sandbox/account`)).json()) as { sendgrid: { scopes: string[] } }
    ).sendgrid;
    await accounts.configure({
      sendgrid: { scopes: [...scopes, 'api_keys.create', 'billing.read', 'templates.read'] },
    });
    expect(await accounts.troubles()).toEqual({ 'sendgrid.power': 'warn: 2 such: api_keys.create, billing.read' });
  });

  it.each([
    ['an unknown domain', [], [], 'fail: messaging.test is neither authenticated, nor the sender verified'],
    [
      'a domain without its DNS records',
      [{ domain: 'messaging.test', valid: false }],
      [],
      'fail: messaging.test is known, but its DNS records are not as they should be',
    ],
    [
      'a sender who has not confirmed',
      [],
      [{ email: 'no-reply@messaging.test', verified: false }],
      'fail: the sender has not confirmed the mail SendGrid sent it',
    ],
    [
      'a verified single sender',
      [],
      [{ email: 'no-reply@messaging.test', verified: true }],
      'warn: the sender is verified, its domain messaging.test is not authenticated',
    ],
  ])('judges %s', async (_, domains, senders, seen) => {
    await accounts.configure({ sendgrid: { domains, senders } });
    expect(await accounts.troubles()).toEqual({ 'sendgrid.sender': seen });
  });

  it('reports a webhook that is not signed, and one signed by another key', async () => {
    accounts.env['SENDGRID_WEBHOOK_PUBLIC_KEY'] = 'MFkw';
    expect(await accounts.troubles()).toEqual({
      'sendgrid.webhook-signing': 'fail: signed, but by a key other than SENDGRID_WEBHOOK_PUBLIC_KEY',
    });
    await accounts.sandbox.close();
    await accounts.startSandbox({ SANDBOX_SENDGRID_PRIVATE_KEY: undefined });
    expect(await accounts.troubles()).toEqual({ 'sendgrid.webhook-signing': 'fail: events are not signed' });
  });

  it('reports webhooks that point elsewhere', async () => {
    accounts.env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
    accounts.env['SMS_PUBLIC_URL'] = 'http://127.0.0.1:9';
    expect(await accounts.troubles()).toEqual({
      'sendgrid.webhook': 'fail: none of 1 points to http://127.0.0.1:9/webhooks/sendgrid',
      'twilio.inbound': 'fail: replies to the number …0006 do not go to http://127.0.0.1:9/webhooks/twilio/inbound',
    });
  });

  it.each([
    [120, 'warn: our clock is 120 s behind theirs'],
    [-120, 'warn: our clock is 120 s ahead of theirs'],
  ])('reports a clock that is %i s off', async (clockSkewSeconds, seen) => {
    await accounts.configure({ clockSkewSeconds });
    const found = await accounts.troubles();
    for (const id of ['sendgrid.clock', 'twilio.clock']) expect(found[id]?.replace(/1(19|21)/, '120')).toBe(seen);
    await accounts.configure({ clockSkewSeconds: Math.sign(clockSkewSeconds) * 10 });
    expect(await accounts.troubles()).toEqual({});
  });

  it('reports providers that cannot be reached', async () => {
    accounts.env['SENDGRID_BASE_URL'] = 'http://127.0.0.1:1';
    accounts.env['TWILIO_BASE_URL'] = 'http://127.0.0.1:1';
    const found = await accounts.troubles();
    expect(found['sendgrid.key']).toBe('fail: it cannot be reached (ECONNREFUSED)');
    expect(found['twilio.key']).toBe('fail: it cannot be reached (ECONNREFUSED)');
  });

  it.each([
    [{ status: 'suspended' }, { 'twilio.account': 'fail: the account is suspended' }],
    [
      { type: 'Trial' },
      {
        'twilio.account':
          'warn: a trial account: it writes only to numbers you verified, with a notice of Twilio’s before the text',
      },
    ],
    [{ numbers: [] }, { 'twilio.sender': 'fail: the number …0006 does not belong to this account' }],
  ])('judges a Twilio account with %j', async (twilio, expected) => {
    await accounts.configure({ twilio });
    expect(await accounts.troubles()).toEqual(expected);
  });

  it('judges a messaging service by the numbers it holds', async () => {
    delete accounts.env['SMS_FROM'];
    accounts.env['TWILIO_MESSAGING_SERVICE_SID'] = serviceSid;
    expect((await accounts.troubles())['twilio.sender']).toMatch(/^fail: the messaging service MGbbbb… does not exist/);
    const service = {
      sid: serviceSid,
      inboundUrl: `${accounts.receiver.url}/webhooks/twilio/inbound`,
      useInboundOnNumber: false,
      numbers: [] as string[],
    };
    await accounts.configure({ twilio: { services: [service] } });
    expect((await accounts.troubles())['twilio.sender']).toMatch(/^warn: .* holds no number/);
    await accounts.configure({ twilio: { services: [{ ...service, numbers: ['+15005550006'] }] } });
    expect(await accounts.troubles()).toEqual({});
  });

  describe('as a command', () => {
    const run = (...args: string[]) =>
      new Promise<{ code: number; output: string }>((resolve) => {
        const child = execFile(
          process.execPath,
          ['--conditions=source', script, 'doctor', '--providers', ...args],
          { env: accounts.env },
          (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
        );
      });

    it('exits with 0, 1 or 2, and never shows a key that it received', async () => {
      expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining('Nothing has to be fixed.') });
      expect((await run('--nonsense')).code).toBe(2);
      await accounts.configure({ twilio: { type: 'Trial' } });
      expect((await run()).code).toBe(0);
      expect((await run('--strict')).code).toBe(1);
      accounts.env['SENDGRID_WEBHOOK_PUBLIC_KEY'] = 'MFkw';
      const { code, output } = await run('--fix', '--json');
      expect(code).toBe(1);
      expect(output).toContain('SENDGRID_WEBHOOK_PUBLIC_KEY_FILE');
      for (const secret of [publicKey, apiKey, authToken]) expect(output).not.toContain(secret);
    }, 60_000);
  });
});
