import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import type { Sandbox } from '../../src/sandbox.ts';
import { aReceiver, until, type Receiver } from '../receiver.ts';
import { listed, running, withFaults } from '../running.ts';

interface Event {
  type: string;
  data: { email_id: string; to: string[]; tags: Record<string, string>; bounce?: { type: string } };
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const apiKey = 're_test';
let receiver: Receiver;
let sandbox: Sandbox;
let resend: Resend;

beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running({
    SANDBOX_RESEND_API_KEY: apiKey,
    SANDBOX_RESEND_WEBHOOK_URL: `${receiver.url}/resend`,
    SANDBOX_RESEND_WEBHOOK_SECRET: secret,
    SANDBOX_RESEND_DOMAINS: 'messaging.test',
    SANDBOX_RESEND_RATE_PER_S: '1000',
  });
  resend = new Resend(apiKey, { baseUrl: sandbox.url });
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
});

const anEmail = (to: string, parts: Record<string, unknown> = {}) => ({
  from: 'Shop <shop@messaging.test>',
  to,
  subject: 'Hello',
  text: 'Hello Ada',
  ...parts,
});
const eventsOf = (id: string) =>
  receiver.received
    .filter(({ url }) => url === '/resend')
    .map((post) => ({ ...post, event: JSON.parse(post.body) as Event }))
    .filter(({ event }) => event.data.email_id === id);
const untilTypes = (id: string, ...types: string[]) =>
  until(
    () =>
      eventsOf(id)
        .map(({ event }) => event.type)
        .join() === types.join() && eventsOf(id),
  );
const idOf = ({ data }: { data: { id: string } | null }) => data!.id;

describe('the official client', () => {
  it('gets the id of the e-mail, and the rate in headers', async () => {
    const { data, error, headers } = await resend.emails.send(anEmail('ada@inbox.test'));
    expect(error).toBeNull();
    expect(data!.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).toMatchObject({
      'ratelimit-limit': '1000',
      'ratelimit-remaining': expect.any(String),
      'ratelimit-reset': '1',
    });
  });

  it.each([
    [
      'a wrong key',
      () => new Resend('re_wrong', { baseUrl: sandbox.url }).emails.send(anEmail('ada@inbox.test')),
      403,
      'invalid_api_key',
    ],
    [
      'no subject',
      () => resend.emails.send(anEmail('ada@inbox.test', { subject: undefined })),
      422,
      'missing_required_field',
    ],
    [
      'no content',
      () => resend.emails.send(anEmail('ada@inbox.test', { text: undefined })),
      422,
      'missing_required_field',
    ],
    ['a malformed recipient', () => resend.emails.send(anEmail('ada')), 400, 'validation_error'],
    [
      'a malformed sender',
      () => resend.emails.send(anEmail('ada@inbox.test', { from: 'shop' })),
      422,
      'invalid_from_address',
    ],
    [
      'a domain that is not verified',
      () => resend.emails.send(anEmail('ada@inbox.test', { from: 'shop@other.test' })),
      403,
      'validation_error',
    ],
    ['a recipient at a reserved domain', () => resend.emails.send(anEmail('ada@example.com')), 422, 'validation_error'],
    [
      'a tag with other characters',
      () => resend.emails.send(anEmail('ada@inbox.test', { tags: [{ name: 'a', value: 'b.c' }] })),
      400,
      'validation_error',
    ],
    [
      'an attachment without content',
      () => resend.emails.send(anEmail('ada@inbox.test', { attachments: [{ filename: 'a.txt' }] })),
      422,
      'invalid_attachment',
    ],
    [
      '51 recipients',
      () =>
        resend.emails.send({ ...anEmail(''), to: Array.from({ length: 51 }, (_, index) => `p${index}@inbox.test`) }),
      400,
      'validation_error',
    ],
    [
      'a field that there is not',
      () => resend.post('/emails', { ...anEmail('ada@inbox.test'), colour: 'red' }),
      400,
      'validation_error',
    ],
    [
      'attachments in a batch',
      () => resend.batch.send([anEmail('ada@inbox.test', { attachments: [{ filename: 'a.txt', content: 'YQ==' }] })]),
      400,
      'validation_error',
    ],
    [
      'a key that is too long',
      () => resend.emails.send(anEmail('ada@inbox.test'), { idempotencyKey: 'k'.repeat(257) }),
      400,
      'invalid_idempotency_key',
    ],
    ['an unknown id', () => resend.emails.get('none'), 404, 'not_found'],
  ])('gets an error for %s', async (_, ask, statusCode, name) => {
    expect((await ask()).error).toMatchObject({ statusCode, name });
    expect((await listed(sandbox)).total).toBe(0);
  });

  it('sends a batch, where an invalid e-mail is refused with all or alone', async () => {
    const batch = [anEmail('a@inbox.test'), anEmail('nobody'), anEmail('b@inbox.test')];
    expect((await resend.batch.send(batch)).error).toMatchObject({ name: 'validation_error' });
    const { data } = await resend.batch.send(batch, { batchValidation: 'permissive' });
    expect(data).toMatchObject({
      data: [{ id: expect.any(String) }, { id: expect.any(String) }],
      errors: [{ index: 1, message: expect.any(String) }],
    });
    expect((await listed(sandbox)).messages.map(({ to }) => to).sort()).toEqual(['a@inbox.test', 'b@inbox.test']);
  });

  it('finds an e-mail by its id with its tags, and the newest ones in pages', async () => {
    const ids = [];
    for (const to of ['a@inbox.test', 'b@inbox.test', 'c@inbox.test'])
      ids.push(idOf(await resend.emails.send(anEmail(to, { tags: [{ name: 'mi_call_id', value: 'call-1' }] }))));
    expect((await resend.emails.get(ids[0]!)).data).toMatchObject({
      object: 'email',
      id: ids[0],
      to: ['a@inbox.test'],
      tags: [{ name: 'mi_call_id', value: 'call-1' }],
    });
    const first = await resend.emails.list({ limit: 2 });
    expect(first.data).toMatchObject({ has_more: true, data: [{ id: ids[2] }, { id: ids[1] }] });
    expect((await resend.emails.list({ limit: 2, after: ids[1]! })).data).toMatchObject({
      has_more: false,
      data: [{ id: ids[0] }],
    });
    expect((await resend.domains.list()).data).toMatchObject({
      data: [{ name: 'messaging.test', status: 'verified' }],
    });
  });
});

describe('an idempotency key', () => {
  it('returns the first response again for the same body, and refuses another', async () => {
    const send = (subject: string) =>
      resend.emails.send(anEmail('ada@inbox.test', { subject }), { idempotencyKey: 'key-1' });
    const first = await send('Hello');
    expect(idOf(await send('Hello'))).toBe(idOf(first));
    expect((await send('Other')).error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    expect((await listed(sandbox)).total).toBe(1);
  });

  it('is in use while its first request is in progress', async () => {
    await withFaults(sandbox, { resend: { latencyMs: 300, times: 1 } });
    const send = () => resend.emails.send(anEmail('ada@inbox.test'), { idempotencyKey: 'key-2' });
    const first = send();
    await until(async () => (await listed(sandbox)).total === 1);
    expect((await send()).error).toMatchObject({ statusCode: 409, name: 'concurrent_idempotent_requests' });
    expect((await first).error).toBeNull();
    await until(async () => idOf(await send()) !== undefined);
    expect((await listed(sandbox)).total).toBe(1);
  });

  it('of a request that was refused may be used again', async () => {
    const send = (subject: string | undefined) =>
      resend.emails.send(anEmail('ada@inbox.test', { subject }), { idempotencyKey: 'key-3' });
    expect((await send(undefined)).error).not.toBeNull();
    expect((await send('Hello')).error).toBeNull();
  });
});

describe('webhooks', () => {
  it('are signed in the way that the official client verifies, with tags as an object', async () => {
    const id = idOf(
      await resend.emails.send(anEmail('ada@inbox.test', { tags: [{ name: 'mi_message_id', value: 'order_d1' }] })),
    );
    const posts = await untilTypes(id, 'email.sent', 'email.delivered');
    for (const { headers, body } of posts) {
      const given = {
        id: String(headers['svix-id']),
        timestamp: String(headers['svix-timestamp']),
        signature: String(headers['svix-signature']),
      };
      expect(resend.webhooks.verify({ payload: body, headers: given, webhookSecret: secret })).toMatchObject({
        data: { email_id: id },
      });
      expect(() => resend.webhooks.verify({ payload: `${body} `, headers: given, webhookSecret: secret })).toThrow();
    }
    expect(posts[1]!.event.data).toMatchObject({ to: ['ada@inbox.test'], tags: { mi_message_id: 'order_d1' } });
    expect((await listed(sandbox, '?reference=order.1')).total).toBe(1);
  });

  it.each([
    ['delivered@resend.dev', ['email.sent', 'email.delivered']],
    ['bounced+order-7@resend.dev', ['email.sent', 'email.bounced']],
    ['complained@resend.dev', ['email.sent', 'email.delivered', 'email.complained']],
    ['suppressed@resend.dev', ['email.suppressed']],
    ['deferred@inbox.test', ['email.sent', 'email.delivery_delayed', 'email.delivered']],
    ['click@inbox.test', ['email.sent', 'email.delivered', 'email.opened', 'email.clicked']],
  ])('of an e-mail to %s report %j', async (to, types) => {
    await untilTypes(idOf(await resend.emails.send(anEmail(to))), ...types);
  });

  it('report each recipient separately', async () => {
    const id = idOf(await resend.emails.send({ ...anEmail(''), to: ['ada@inbox.test', 'bounce@inbox.test'] }));
    const posts = await until(() => eventsOf(id).length === 4 && eventsOf(id));
    const reported = posts.map(({ event }) => `${event.data.to.join()} ${event.type}`);
    expect(reported.sort()).toEqual([
      'ada@inbox.test email.delivered',
      'ada@inbox.test email.sent',
      'bounce@inbox.test email.bounced',
      'bounce@inbox.test email.sent',
    ]);
  });

  it('are repeated under the same id', async () => {
    await withFaults(sandbox, { resend: { webhooks: 'duplicate', times: 1 } });
    const id = idOf(await resend.emails.send(anEmail('suppressed@resend.dev')));
    const posts = await untilTypes(id, 'email.suppressed', 'email.suppressed');
    expect(new Set(posts.map(({ headers }) => headers['svix-id'])).size).toBe(1);
  });
});

describe('faults', () => {
  it.each([
    [{ status: 429, retryAfterSeconds: 7 }, 'rate_limit_exceeded'],
    [{ status: 429, resendName: 'daily_quota_exceeded' }, 'daily_quota_exceeded'],
    [{ status: 500 }, 'application_error'],
  ])('%j respond in the words of Resend', async (fault, name) => {
    await withFaults(sandbox, { resend: fault });
    expect((await resend.emails.send(anEmail('ada@inbox.test'))).error).toMatchObject({
      statusCode: fault.status,
      name,
    });
  });

  it('can lose the response to an accepted e-mail, which its key returns again', async () => {
    await withFaults(sandbox, { resend: { acceptThenDrop: true, times: 1 } });
    const send = () => resend.emails.send(anEmail('ada@inbox.test'), { idempotencyKey: 'key-4' });
    expect((await send()).error).toMatchObject({ name: 'application_error', statusCode: null });
    expect(idOf(await send())).toBe((await listed(sandbox)).messages[0]!.providerMessageId);
    expect((await listed(sandbox)).total).toBe(1);
  });
});

it('refuses a request without a User-Agent before anything else', async () => {
  const { request } = await import('undici');
  const answer = await request(`${sandbox.url}/emails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(anEmail('ada@inbox.test')),
  });
  expect([answer.statusCode, await answer.body.text()]).toEqual([403, 'error code: 1010']);
});

it('limits the requests per second of a team', async () => {
  const strict = await running({ SANDBOX_RESEND_API_KEY: apiKey, SANDBOX_RESEND_RATE_PER_S: '3' });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      new Resend(apiKey, { baseUrl: strict.url }).emails.send(anEmail('ada@inbox.test')),
    ),
  );
  const refused = answers.filter(({ error }) => error?.name === 'rate_limit_exceeded');
  expect(refused.length).toBeGreaterThanOrEqual(6);
  expect(refused[0]!.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-remaining': '0' });
  await strict.close();
});
