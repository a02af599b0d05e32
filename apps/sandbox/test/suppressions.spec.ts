import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { haveOfficial, officialOf } from '../../../test/official.ts';
import type { Sandbox } from '../src/sandbox.ts';
import { until } from './receiver.ts';
import { aMailTo, apiKey, listed, running, sendGridOf } from './running.ts';

const resendKey = 're_of_the_test';
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await running({
    SANDBOX_RESEND_API_KEY: resendKey,
    SANDBOX_RESEND_RATE_PER_S: '1000',
    SANDBOX_SENDER_DOMAINS: 'example.org',
  });
  const scopes = [
    'mail.send',
    'suppression.read',
    'asm.groups.suppressions.read',
    'asm.groups.suppressions.create',
    'asm.suppressions.global.create',
  ];
  await fetch(`${sandbox.url}/_sandbox/account`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sendgrid: { scopes } }),
  });
});
beforeEach(() => fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' }));
afterAll(() => sandbox.close());

async function ask<T>(
  method: string,
  path: string,
  body?: object,
  key = apiKey,
): Promise<{ status: number; headers: Headers; body: T }> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'user-agent': 'test',
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
}
type Entries = Record<string, unknown>[];
const emails = (entries: Entries) => entries.map(({ email }) => email);
const send = (to: string, parts: Record<string, unknown> = {}) => sendGridOf(sandbox).send(aMailTo(to, 'order', parts));

describe('SendGrid’s suppression lists', () => {
  it.each([
    ['bounces', 'bounce+1@inbox.test', { reason: expect.stringContaining('550'), status: '5.1.1' }],
    ['blocks', 'blocked+1@inbox.test', { reason: expect.stringContaining('unsolicited'), status: '5.7.1' }],
    ['invalid_emails', 'invalid+1@inbox.test', { reason: 'Invalid' }],
    ['spam_reports', 'spam+1@inbox.test', { ip: '127.0.0.1' }],
    ['unsubscribes', 'unsubscribe+1@inbox.test', {}],
  ])('%s contain the right addresses', async (list, to, fields) => {
    await send(to);
    await until(async () => emails((await ask<Entries>('GET', `/v3/suppression/${list}`)).body).includes(to));
    const { body } = await ask<Entries>('GET', `/v3/suppression/${list}?email=${to.replace('+', '%2B')}`);
    expect(body).toEqual([{ email: to, created: expect.closeTo(Date.now() / 1000, -1), ...fields }]);
  });

  it('and its groups contain who unsubscribed from which of them', async () => {
    await send('group-unsubscribe+1@inbox.test', { asm: { groupId: 7 } });
    await send('group-resubscribe+1@inbox.test', { asm: { groupId: 7 } });
    expect((await ask('POST', '/v3/asm/groups/9/suppressions', { recipient_emails: ['Ada@inbox.test'] })).status).toBe(
      201,
    );
    const members = async () =>
      (await ask<Entries>('GET', '/v3/asm/suppressions')).body.map(({ email, group_id }) => [email, group_id]);
    await until(async () => (await members()).some(([email]) => email === 'group-unsubscribe+1@inbox.test'));
    await until(
      async () =>
        (await listed(sandbox)).messages.find(({ to }) => to === 'group-resubscribe+1@inbox.test')?.events.length === 4,
    );
    expect(Object.fromEntries(await members())).toEqual({ 'ada@inbox.test': 9, 'group-unsubscribe+1@inbox.test': 7 });
  });

  it('have pages of at most 500, and return the rest of the rate', async () => {
    await ask('POST', '/v3/asm/suppressions/global', {
      recipient_emails: Array.from({ length: 501 }, (_, index) => `reader-${index}@inbox.test`),
    });
    const [first, second] = [
      await ask<Entries>('GET', '/v3/suppression/unsubscribes?limit=500'),
      await ask<Entries>('GET', '/v3/suppression/unsubscribes?limit=500&offset=500'),
    ];
    expect([first.body.length, second.body.length]).toEqual([500, 1]);
    expect(new Set(emails([...first.body, ...second.body])).size).toBe(501);
    expect(Number(first.headers.get('x-ratelimit-remaining'))).toBe(
      Number(second.headers.get('x-ratelimit-remaining')) + 1,
    );
    expect((await ask<Entries>('GET', '/v3/suppression/unsubscribes?email=reader-50')).body).toHaveLength(2);
  });

  it.each([
    ['a page that is too large', 'GET', '/v3/suppression/bounces?limit=501', undefined, 400],
    ['a list that is none', 'GET', '/v3/suppression/friends', undefined, 404],
    ['nobody', 'POST', '/v3/asm/suppressions/global', { recipient_emails: [] }, 400],
    ['who is no address', 'POST', '/v3/asm/groups/9/suppressions', { recipient_emails: ['ada'] }, 400],
  ])('refuse %s', async (_, method, path, body, status) => expect((await ask(method, path, body)).status).toBe(status));

  it('refuse a key without the scope', async () => {
    expect((await ask('GET', '/v3/suppression/bounces', undefined, 'SG.other')).status).toBe(401);
    await fetch(`${sandbox.url}/_sandbox/account`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sendgrid: { keyRevoked: false } }),
    });
  });
});

describe('Resend’s suppression list', () => {
  const resend = <T>(method: string, path: string, body?: object) => ask<T>(method, path, body, resendKey);
  type Page = { has_more: boolean; data: { id: string; email: string; origin: string; created_at: string }[] };

  it('contains addresses that bounced permanently or complained, and those that were added', async () => {
    for (const to of ['bounce+r@inbox.test', 'full+r@inbox.test', 'spam+r@inbox.test'])
      await resend('POST', '/emails', { from: 'shop@example.org', to, subject: 'Hi', text: 'Hi' });
    expect((await resend('POST', '/suppressions', { email: 'ada@inbox.test' })).status).toBe(201);
    const list = async () => (await resend<Page>('GET', '/suppressions')).body.data;
    await until(async () => (await list()).length === 3);
    expect(Object.fromEntries((await list()).map(({ email, origin }) => [email, origin]))).toEqual({
      'bounce+r@inbox.test': 'bounce',
      'spam+r@inbox.test': 'complaint',
      'ada@inbox.test': 'manual',
    });
    expect((await resend<Page>('GET', '/suppressions?origin=manual')).body.data).toMatchObject([
      { email: 'ada@inbox.test', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00$/) },
    ]);
  });

  it('has pages that begin after an entry', async () => {
    await resend('POST', '/suppressions/batch/add', {
      emails: Array.from({ length: 100 }, (_, index) => `reader-${index}@inbox.test`),
    });
    const first = await resend<Page>('GET', '/suppressions?limit=60&origin=manual');
    const second = await resend<Page>(
      'GET',
      `/suppressions?limit=60&origin=manual&after=${first.body.data.at(-1)!.id}`,
    );
    expect([first.body.has_more, first.body.data.length, second.body.has_more, second.body.data.length]).toEqual([
      true,
      60,
      false,
      40,
    ]);
    const back = await resend<Page>('GET', `/suppressions?limit=60&origin=manual&before=${second.body.data[0]!.id}`);
    expect(back.body).toMatchObject({ has_more: false, data: first.body.data });
  });

  it.each([
    ['a page that is too large', 'GET', '/suppressions?limit=101', undefined, 422],
    ['two directions at once', 'GET', '/suppressions?after=a&before=b', undefined, 422],
    ['an origin that is none', 'GET', '/suppressions?origin=rumour', undefined, 422],
    ['who is no address', 'POST', '/suppressions', { email: 'ada' }, 422],
    [
      'more than a batch',
      'POST',
      '/suppressions/batch/add',
      { emails: Array.from({ length: 101 }, (_, index) => `r${index}@inbox.test`) },
      422,
    ],
  ])('refuses %s', async (_, method, path, body, status) =>
    expect((await resend(method, path, body)).status).toBe(status),
  );
});

(haveOfficial ? describe : describe.skip)(
  'the official descriptions (skipped where provider-specs is not beside the repository)',
  () => {
    it.each([
      ['bounces', 'bounce'],
      ['blocks', 'blocked'],
      ['invalid_emails', 'invalid'],
      ['spam_reports', 'spam'],
      ['unsubscribes', 'unsubscribe'],
    ])('SendGrid’s list %s matches its description', async (list, name) => {
      await send(`${name}+d@inbox.test`);
      await until(async () => (await ask<Entries>('GET', `/v3/suppression/${list}`)).body.length > 0);
      const { body } = await ask<Entries>('GET', `/v3/suppression/${list}`);
      expect(body.length).toBeGreaterThan(0);
      expect(
        officialOf('sendgrid/tsg_suppressions_v3.json').answer('get', `/v3/suppression/${list}`, 200, body),
      ).toEqual([]);
    });

    it('SendGrid’s members of groups match their description', async () => {
      await ask('POST', '/v3/asm/groups/9/suppressions', { recipient_emails: ['ada@inbox.test'] });
      const { body } = await ask<Entries>('GET', '/v3/asm/suppressions');
      expect(body.length).toBeGreaterThan(0);
      const { answer } = officialOf('sendgrid/tsg_suppressions_v3.json');
      expect(answer('get', '/v3/asm/suppressions', 200, body)).toEqual([]);
    });

    it('Resend’s list matches its description', async () => {
      const resends = officialOf('resend/resend.yaml');
      for (const [method, path, body] of [
        ['POST', '/suppressions', { email: 'eve@inbox.test' }],
        ['POST', '/suppressions/batch/add', { emails: ['fay@inbox.test'] }],
        ['GET', '/suppressions', undefined],
      ] as const) {
        const answer = await ask(method, path, body, resendKey);
        expect(resends.answer(method.toLowerCase(), path, answer.status, answer.body)).toEqual([]);
      }
    });
  },
);
