import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventWebhook } from '@sendgrid/eventwebhook';
import type { Sandbox } from '../../../sandbox/src/sandbox.ts';
import { aReceiver, type Receiver, until } from '../../../sandbox/test/receiver.ts';
import {
  accountSid,
  aMailTo,
  apiKey,
  authToken,
  publicKey,
  running,
  sendGridOf,
} from '../../../sandbox/test/running.ts';
import { examine } from './doctor.ts';

const script = join(import.meta.dirname, '..', 'main.ts');
const serviceSid = `MG${'b'.repeat(32)}`;

describe('the doctor', () => {
  let receiver: Receiver;
  let sandbox: Sandbox;
  let dataDir: string;
  let env: Record<string, string>;

  const start = async (settings: Record<string, string | undefined> = {}) => {
    sandbox = await running({
      SANDBOX_SENDGRID_WEBHOOK_URL: `${receiver.url}/webhooks/sendgrid`,
      SANDBOX_TWILIO_INBOUND_URL: `${receiver.url}/webhooks/twilio/inbound`,
      ...settings,
    });
    env = {
      DATA_DIR: dataDir,
      EMAIL_FROM: 'Shop <no-reply@messaging.test>',
      EMAIL_PUBLIC_URL: receiver.url,
      SENDGRID_API_KEY: apiKey,
      SENDGRID_BASE_URL: sandbox.url,
      SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
      SMS_PUBLIC_URL: receiver.url,
      SMS_FROM: '+15005550006',
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: sandbox.url,
    };
  };
  /** Sets the accounts up with faults. */
  const withAccount = async (change: unknown) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/account`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    expect(answer.status).toBe(200);
  };
  const look = (fix = false) => examine(env, { fix, providersOnly: true });
  /** The findings that are not ok, by id. */
  const troubles = async (fix = false) =>
    Object.fromEntries(
      (await look(fix)).findings
        .filter(({ state }) => state !== 'ok')
        .map(({ id, state, seen }) => [id, `${state}: ${seen}`]),
    );

  beforeEach(async () => {
    receiver = await aReceiver();
    dataDir = mkdtempSync(join(tmpdir(), 'doctor-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.close();
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('finds nothing to fix where all is set up, and shows no secret and no address', async () => {
    const diagnosis = await look();
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
    await withAccount({ sendgrid: { keyRevoked: true }, twilio: { keyRevoked: true } });
    expect(await troubles()).toEqual({
      'sendgrid.key': 'fail: the key is refused (401): it is wrong, revoked, or of another region',
      'twilio.key': 'fail: the credentials are refused (401)',
    });
  });

  it('reports which scope is missing and what that costs; only mail.send is a failure', async () => {
    await withAccount({
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
    expect(await troubles()).toEqual({
      'sendgrid.scopes': 'warn: missing: messages.read (a lost answer is settled by events alone)',
    });
    await withAccount({
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
    expect(await troubles()).toEqual({ 'sendgrid.scopes': 'fail: missing: mail.send (nothing is sent)' });
  });

  it('reports what it could not check with a key that may only send', async () => {
    await withAccount({ sendgrid: { scopes: ['mail.send'] } });
    const found = await troubles();
    expect(found['sendgrid.sender']).toMatch(/^skipped: .*DOCTOR_SENDGRID_API_KEY/);
    expect(found['sendgrid.webhook']).toMatch(/^skipped: .*DOCTOR_SENDGRID_API_KEY/);
    expect((await look()).well).toBe(true);
  });

  it('warns of scopes that allow more than is needed', async () => {
    const { scopes } = (
      (await (await fetch(`${sandbox.url}/_sandbox/account`)).json()) as { sendgrid: { scopes: string[] } }
    ).sendgrid;
    await withAccount({ sendgrid: { scopes: [...scopes, 'api_keys.create', 'billing.read', 'templates.read'] } });
    expect(await troubles()).toEqual({ 'sendgrid.power': 'warn: 2 such: api_keys.create, billing.read' });
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
    await withAccount({ sendgrid: { domains, senders } });
    expect(await troubles()).toEqual({ 'sendgrid.sender': seen });
  });

  it('reports a webhook that is not signed, and one signed by another key', async () => {
    env['SENDGRID_WEBHOOK_PUBLIC_KEY'] = 'MFkw';
    expect(await troubles()).toEqual({
      'sendgrid.webhook-signing': 'fail: signed, but by a key other than SENDGRID_WEBHOOK_PUBLIC_KEY',
    });
    await sandbox.close();
    await start({ SANDBOX_SENDGRID_PRIVATE_KEY: undefined });
    expect(await troubles()).toEqual({ 'sendgrid.webhook-signing': 'fail: events are not signed' });
  });

  it('reports webhooks that point elsewhere', async () => {
    env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
    env['SMS_PUBLIC_URL'] = 'http://127.0.0.1:9';
    expect(await troubles()).toEqual({
      'sendgrid.webhook': 'fail: none of 1 points to http://127.0.0.1:9/webhooks/sendgrid',
      'twilio.inbound': 'fail: replies to the number …0006 do not go to http://127.0.0.1:9/webhooks/twilio/inbound',
    });
  });

  it.each([
    [120, 'warn: our clock is 120 s behind theirs'],
    [-120, 'warn: our clock is 120 s ahead of theirs'],
  ])('reports a clock that is %i s off', async (clockSkewSeconds, seen) => {
    await withAccount({ clockSkewSeconds });
    const found = await troubles();
    for (const id of ['sendgrid.clock', 'twilio.clock']) expect(found[id]?.replace(/1(19|21)/, '120')).toBe(seen);
    await withAccount({ clockSkewSeconds: Math.sign(clockSkewSeconds) * 10 });
    expect(await troubles()).toEqual({});
  });

  it('reports providers that cannot be reached', async () => {
    env['SENDGRID_BASE_URL'] = 'http://127.0.0.1:1';
    env['TWILIO_BASE_URL'] = 'http://127.0.0.1:1';
    const found = await troubles();
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
    await withAccount({ twilio });
    expect(await troubles()).toEqual(expected);
  });

  it('judges a messaging service by the numbers it holds', async () => {
    delete env['SMS_FROM'];
    env['TWILIO_MESSAGING_SERVICE_SID'] = serviceSid;
    expect((await troubles())['twilio.sender']).toMatch(/^fail: the messaging service MGbbbb… does not exist/);
    const service = {
      sid: serviceSid,
      inboundUrl: `${receiver.url}/webhooks/twilio/inbound`,
      useInboundOnNumber: false,
      numbers: [] as string[],
    };
    await withAccount({ twilio: { services: [service] } });
    expect((await troubles())['twilio.sender']).toMatch(/^warn: .* holds no number/);
    await withAccount({ twilio: { services: [{ ...service, numbers: ['+15005550006'] }] } });
    expect(await troubles()).toEqual({});
  });

  describe('with Resend', () => {
    beforeEach(async () => {
      await sandbox.close();
      await start({
        SANDBOX_RESEND_API_KEY: 're_secret',
        SANDBOX_RESEND_WEBHOOK_URL: `${receiver.url}/webhooks/resend`,
        SANDBOX_RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
      });
      Object.assign(env, {
        RESEND_API_KEY: 're_secret',
        RESEND_BASE_URL: sandbox.url,
        RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
      });
    });

    it('finds nothing to fix where all is set up', async () => {
      expect(await troubles()).toEqual({});
    });

    it('reports what it could not check with a key that may only send', async () => {
      await withAccount({ resend: { permission: 'sending_access' } });
      const found = await troubles();
      expect(Object.keys(found)).toEqual(['resend.domain', 'resend.webhook']);
      expect(found['resend.domain']).toMatch(/^skipped: a key with sending access cannot read this/);
      expect((await look()).well).toBe(true);
    });

    it.each([
      [{ keyRevoked: true }, { 'resend.key': 'fail: the key is refused (403, invalid_api_key)' }],
      [{ domains: [] }, { 'resend.domain': 'fail: messaging.test is not among the account’s domains' }],
      [
        { domains: [{ name: 'messaging.test', status: 'pending' }] },
        { 'resend.domain': 'fail: messaging.test is there, but pending' },
      ],
    ])('judges an account with %j', async (resend, expected) => {
      await withAccount({ resend });
      expect(await troubles()).toEqual(expected);
    });

    it('reports a secret that does not match', async () => {
      env['RESEND_WEBHOOK_SECRET'] = 'whsec_b3RoZXI=';
      expect(await troubles()).toEqual({
        'resend.webhook-signing': 'fail: signed with a secret other than RESEND_WEBHOOK_SECRET',
      });
    });

    it('with --fix registers a webhook where we have none, and writes its secret to a private file', async () => {
      env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
      const { repairs } = await look(true);
      const repair = repairs.find(
        ({ what }) => what === 'Registered a webhook for http://127.0.0.1:9/webhooks/resend.',
      );
      expect(repair).toMatchObject({ done: true, set: { setting: 'RESEND_WEBHOOK_SECRET_FILE' } });
      expect(statSync(repair!.set!.file).mode & 0o777).toBe(0o600);
      delete env['RESEND_WEBHOOK_SECRET'];
      env['RESEND_WEBHOOK_SECRET_FILE'] = repair!.set!.file;
      expect(Object.keys(await troubles()).filter((id) => id.startsWith('resend.'))).toEqual([]);
    });
  });

  describe('with --fix', () => {
    it('registers a signed webhook where there is none, and keeps the key that verifies its events', async () => {
      await sandbox.close();
      await start({ SANDBOX_SENDGRID_WEBHOOK_URL: undefined });
      const { repairs } = await look(true);
      expect(repairs.map(({ what, done }) => [what, done])).toEqual([
        [`Registered an event webhook for ${receiver.url}/webhooks/sendgrid.`, true],
        ['Switched the signing of the event webhook on.', true],
      ]);
      const file = repairs[1]!.set!.file;
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const key = readFileSync(file, 'utf8').trim();
      delete env['SENDGRID_WEBHOOK_PUBLIC_KEY'];
      env['SENDGRID_WEBHOOK_PUBLIC_KEY_FILE'] = file;
      expect(await troubles()).toEqual({});

      await sendGridOf(sandbox).send(aMailTo('ada@inbox.test'));
      const post = await until(() => receiver.received.find(({ body }) => body.includes('"delivered"')));
      const verifier = new EventWebhook();
      const signed = (name: string) => String(post.headers[`x-twilio-email-event-webhook-${name}`]);
      expect(
        verifier.verifySignature(
          verifier.convertPublicKeyToECDSA(key),
          post.body,
          signed('signature'),
          signed('timestamp'),
        ),
      ).toBe(true);
    });

    it('changes nothing where nothing is wrong, however often', async () => {
      expect((await look(true)).repairs).toEqual([]);
      expect((await look(true)).repairs).toEqual([]);
    });

    it('switches on again what was switched off, and never touches another webhook', async () => {
      const settings = `${sandbox.url}/v3/user/webhooks/event/settings`;
      const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
      const all = async () =>
        (
          (await (await fetch(`${settings}/all`, { headers })).json()) as {
            webhooks: { id: string; url: string; enabled: boolean; bounce: boolean }[];
          }
        ).webhooks;
      const [ours] = await all();
      await fetch(settings, {
        method: 'POST',
        headers,
        body: JSON.stringify({ enabled: false, url: 'https://other.example.org/webhooks/sendgrid' }),
      });
      await fetch(`${settings}/${ours!.id}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ enabled: false, url: ours!.url, delivered: true }),
      });
      expect((await look(true)).repairs).toMatchObject([
        { done: true, what: expect.stringContaining('switched on and set to report processed') },
      ]);
      expect((await all()).map(({ enabled, bounce }) => [enabled, bounce])).toEqual([
        [true, true],
        [false, false],
      ]);
    });

    it('reports what the plan does not allow', async () => {
      await withAccount({ sendgrid: { maxWebhooks: 1 } });
      env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
      expect((await look(true)).repairs).toMatchObject([
        { done: false, what: expect.stringContaining('the plan allows no more webhooks') },
      ]);
    });

    it.each([
      ['', true],
      ['https://demo.twilio.com/welcome/sms/reply/', true],
      ['https://old.example.org/webhooks/twilio/inbound', true],
      ['https://shop.example.org/replies', false],
    ])('redirects replies that go to "%s" to us: %s', async (inboundUrl, done) => {
      await withAccount({
        twilio: { numbers: [{ sid: `PN${'c'.repeat(32)}`, number: '+15005550006', sms: true, inboundUrl }] },
      });
      expect((await look(true)).repairs).toMatchObject([{ done }]);
      expect(Object.keys(await troubles())).toEqual(done ? [] : ['twilio.inbound']);
    });
  });

  describe('as a command', () => {
    const run = (...args: string[]) =>
      new Promise<{ code: number; output: string }>((resolve) => {
        const child = execFile(
          process.execPath,
          ['--conditions=source', script, 'doctor', '--providers', ...args],
          { env },
          (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
        );
      });

    it('exits with 0, 1 or 2, and never shows a key that it received', async () => {
      expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining('Nothing has to be fixed.') });
      expect((await run('--nonsense')).code).toBe(2);
      await withAccount({ twilio: { type: 'Trial' } });
      expect((await run()).code).toBe(0);
      expect((await run('--strict')).code).toBe(1);
      env['SENDGRID_WEBHOOK_PUBLIC_KEY'] = 'MFkw';
      const { code, output } = await run('--fix', '--json');
      expect(code).toBe(1);
      expect(output).toContain('SENDGRID_WEBHOOK_PUBLIC_KEY_FILE');
      for (const secret of [publicKey, apiKey, authToken]) expect(output).not.toContain(secret);
    }, 60_000);
  });
});
