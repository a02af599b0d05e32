import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { until } from '../../../sandbox/test/receiver.ts';
import { aMailTo, apiKey, sendGridOf } from '../../../sandbox/test/running.ts';
import { ExaminedAccounts } from './examined-accounts.ts';

const accounts = new ExaminedAccounts();

beforeEach(() => accounts.start());
afterEach(() => accounts.stop());

describe('the doctor with --fix', () => {
  it('registers a signed webhook where there is none, and keeps the key that verifies its events', async () => {
    await accounts.sandbox.close();
    await accounts.startSandbox({ SANDBOX_SENDGRID_WEBHOOK_URL: undefined });
    const { repairs } = await accounts.examine(true);
    expect(repairs.map(({ what, done }) => [what, done])).toEqual([
      [`Registered an event webhook for ${accounts.receiver.url}/webhooks/sendgrid.`, true],
      ['Switched the signing of the event webhook on.', true],
    ]);
    const file = repairs[1]!.set!.file;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(file, 'utf8').trim();
    delete accounts.env['SENDGRID_WEBHOOK_PUBLIC_KEY'];
    accounts.env['SENDGRID_WEBHOOK_PUBLIC_KEY_FILE'] = file;
    expect(await accounts.troubles()).toEqual({});

    await sendGridOf(accounts.sandbox).send(aMailTo('ada@inbox.test'));
    const post = await until(() => accounts.receiver.received.find(({ body }) => body.includes('"delivered"')));
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
    expect((await accounts.examine(true)).repairs).toEqual([]);
    expect((await accounts.examine(true)).repairs).toEqual([]);
  });

  it('switches on again what was switched off, and never touches another webhook', async () => {
    const settings = `${accounts.sandbox.url}/v3/user/webhooks/event/settings`;
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
    expect((await accounts.examine(true)).repairs).toMatchObject([
      { done: true, what: expect.stringContaining('switched on and set to report processed') },
    ]);
    expect((await all()).map(({ enabled, bounce }) => [enabled, bounce])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('reports what the plan does not allow', async () => {
    await accounts.configure({ sendgrid: { maxWebhooks: 1 } });
    accounts.env['EMAIL_PUBLIC_URL'] = 'http://127.0.0.1:9';
    expect((await accounts.examine(true)).repairs).toMatchObject([
      { done: false, what: expect.stringContaining('the plan allows no more webhooks') },
    ]);
  });

  it.each([
    ['', true],
    ['https://demo.twilio.com/welcome/sms/reply/', true],
    ['https://old.example.org/webhooks/twilio/inbound', true],
    ['https://shop.example.org/replies', false],
  ])('redirects replies that go to "%s" to us: %s', async (inboundUrl, done) => {
    await accounts.configure({
      twilio: { numbers: [{ sid: `PN${'c'.repeat(32)}`, number: '+15005550006', sms: true, inboundUrl }] },
    });
    expect((await accounts.examine(true)).repairs).toMatchObject([{ done }]);
    expect(Object.keys(await accounts.troubles())).toEqual(done ? [] : ['twilio.inbound']);
  });
});
