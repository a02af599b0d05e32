import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExaminedAccounts } from './examined-accounts.ts';

const accounts = new ExaminedAccounts();

beforeEach(() => accounts.start());
afterEach(() => accounts.stop());

describe('the doctor with Resend', () => {
  beforeEach(async () => {
    await accounts.sandbox.close();
    await accounts.startSandbox({
      SANDBOX_RESEND_API_KEY: 're_secret',
      SANDBOX_RESEND_WEBHOOK_URL: `${accounts.receiver.url}/webhooks/resend`,
      SANDBOX_RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
    });
    Object.assign(accounts.env, {
      RESEND_API_KEY: 're_secret',
      RESEND_BASE_URL: accounts.sandbox.url,
      RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
    });
  });

  it('finds nothing to fix where all is set up', async () => {
    expect(await accounts.troubles()).toEqual({});
  });

  it('reports what it could not check with a key that may only send', async () => {
    await accounts.configure({ resend: { permission: 'sending_access' } });
    const found = await accounts.troubles();
    expect(Object.keys(found)).toEqual(['resend.domain', 'resend.webhook']);
    expect(found['resend.domain']).toMatch(/^skipped: a key with sending access cannot read this/);
    expect((await accounts.examine()).well).toBe(true);
  });

  it.each([
    [{ keyRevoked: true }, { 'resend.key': 'fail: the key is refused (403, invalid_api_key)' }],
    [{ domains: [] }, { 'resend.domain': 'fail: messaging.test is not among the account’s domains' }],
    [
      { domains: [{ name: 'messaging.test', status: 'pending' }] },
      { 'resend.domain': 'fail: messaging.test is there, but pending' },
    ],
  ])('judges an account with %j', async (resend, expected) => {
    await accounts.configure({ resend });
    expect(await accounts.troubles()).toEqual(expected);
  });

  it('reports a secret that does not match', async () => {
    accounts.env['RESEND_WEBHOOK_SECRET'] = 'whsec_b3RoZXI=';
    expect(await accounts.troubles()).toEqual({
      'resend.webhook-signing': 'fail: signed with a secret other than RESEND_WEBHOOK_SECRET',
    });
  });

  it('with --fix registers a webhook where we have none, and writes its secret to a private file', async () => {
    accounts.env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
    const { repairs } = await accounts.examine(true);
    const repair = repairs.find(({ what }) => what === 'Registered a webhook for http://127.0.0.1:9/webhooks/resend.');
    expect(repair).toMatchObject({ done: true, set: { setting: 'RESEND_WEBHOOK_SECRET_FILE' } });
    expect(statSync(repair!.set!.file).mode & 0o777).toBe(0o600);
    delete accounts.env['RESEND_WEBHOOK_SECRET'];
    accounts.env['RESEND_WEBHOOK_SECRET_FILE'] = repair!.set!.file;
    expect(Object.keys(await accounts.troubles()).filter((id) => id.startsWith('resend.'))).toEqual([]);
  });
});
