import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListPage, SuppressionLists } from '#libs/providers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ResendLists } from '../apps/email/src/providers/resend/account/resend.lists.adapter.ts';
import { SendgridLists } from '../apps/email/src/providers/sendgrid/account/sendgrid.lists.adapter.ts';
import { createLogger } from '#libs/telemetry';
import { SandboxConfig } from '../apps/sandbox/src/sandbox.config.ts';
import { createSandbox, type Sandbox } from '../apps/sandbox/src/sandbox.ts';

const [sendgridKey, resendKey] = ['SG.lists', 're_lists'];
const stopping = new AbortController().signal;
const read = async (lists: SuppressionLists) => {
  const pages: ListPage[] = [];
  for await (const page of lists.read()) pages.push(page);
  return pages;
};
const entriesOf = (pages: ListPage[], list: string) =>
  pages.flatMap((page) => (page.list === list && 'entries' in page ? page.entries : []));

describe('the providers’ own lists', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    const config = SandboxConfig.parse({
      HTTP_PORT: '0',
      SANDBOX_SENDGRID_API_KEY: sendgridKey,
      SANDBOX_RESEND_API_KEY: resendKey,
      SANDBOX_RESEND_RATE_PER_S: '4',
    });
    sandbox = await createSandbox(config, createLogger('sandbox', 'silent'));
  });
  afterAll(() => sandbox.close());

  const post = (path: string, body: object, key: string, method = 'POST') =>
    fetch(sandbox.url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  const account = (sendgrid: object) => post('/_sandbox/account', { sendgrid }, '', 'PUT');
  const sendgrid = (apiKey = sendgridKey) =>
    new SendgridLists({ apiKey, baseUrl: sandbox.url, timeoutMs: 5_000, stopping });
  const resend = (apiKey = resendKey) => new ResendLists({ apiKey, baseUrl: sandbox.url, timeoutMs: 5_000, stopping });
  const scopes = [
    'suppression.read',
    'asm.groups.suppressions.read',
    'asm.groups.suppressions.create',
    'asm.suppressions.global.create',
  ];

  it('of SendGrid are read to the last page', async () => {
    await account({ scopes });
    const readers = Array.from({ length: 1_001 }, (_, index) => `reader-${index}@inbox.test`);
    await post('/v3/asm/suppressions/global', { recipient_emails: readers }, sendgridKey);
    await post('/v3/asm/groups/7/suppressions', { recipient_emails: ['ada@inbox.test'] }, sendgridKey);
    const pages = await read(sendgrid());
    expect(pages.map(({ list }) => list)).toEqual([
      'bounces',
      'invalid_emails',
      'spam_reports',
      'unsubscribes',
      'unsubscribes',
      'unsubscribes',
      'group_unsubscribes',
    ]);
    expect(new Set(entriesOf(pages, 'unsubscribes').map(({ address }) => address))).toEqual(new Set(readers));
    expect(entriesOf(pages, 'unsubscribes')[0]).toMatchObject({
      scope: 'marketing',
      reason: 'unsubscribe',
      at: expect.any(Date),
    });
    expect(entriesOf(pages, 'group_unsubscribes')).toMatchObject([
      { address: 'ada@inbox.test', scope: 'group:sendgrid:7', reason: 'unsubscribe' },
    ]);
  });

  it('of SendGrid that the key may not read are told one by one, with the scope that is missing', async () => {
    await account({ scopes: ['suppression.read'] });
    const pages = await read(sendgrid());
    expect(pages.filter((page) => 'trouble' in page)).toEqual([
      { list: 'group_unsubscribes', trouble: expect.stringContaining('asm.groups.suppressions.read') },
    ]);
    await account({ scopes });
  });

  it('of SendGrid lose an address by the lists of its scope, and each names the scope that a key lacks', async () => {
    await account({ scopes: [...scopes, 'suppression.delete', 'asm.groups.suppressions.delete'] });
    await post('/v3/asm/groups/9/suppressions', { recipient_emails: ['Bob+1@inbox.test'] }, sendgridKey);
    const lists = sendgrid();
    expect(await lists.remove('bob+1@inbox.test', 'group:sendgrid:9')).toEqual([
      { list: 'group_unsubscribes', removed: true },
    ]);
    expect(entriesOf(await read(lists), 'group_unsubscribes').map(({ address }) => address)).not.toContain(
      'bob+1@inbox.test',
    );
    expect(await lists.remove('bob+1@inbox.test', 'group:sendgrid:9')).toEqual([
      { list: 'group_unsubscribes', removed: false },
    ]);
    expect(await lists.remove('bob+1@inbox.test', 'all')).toEqual(
      ['bounces', 'invalid_emails', 'spam_reports'].map((list) => ({ list, removed: false })),
    );
    expect(await lists.remove('reader-1@inbox.test', 'marketing')).toEqual([
      { list: 'unsubscribes', trouble: expect.stringContaining('asm.suppressions.global.delete'), passes: false },
    ]);
    expect(await lists.remove('bob+1@inbox.test', 'topic:news')).toEqual([]);
    await account({ scopes });
  });

  it('of Resend are read to the last page, no faster than it allows', async () => {
    for (let batch = 0; batch < 2; batch += 1)
      await post(
        '/suppressions/batch/add',
        { emails: Array.from({ length: 100 }, (_, index) => `r-${batch}-${index}@inbox.test`) },
        resendKey,
      );
    await post('/suppressions', { email: 'ada@inbox.test' }, resendKey);
    const pages = await read(resend());
    expect(pages.map((page) => ('entries' in page ? page.entries.length : page))).toEqual([100, 100, 1]);
    expect(entriesOf(pages, 'suppressions')[0]).toMatchObject({ scope: 'all', reason: 'manual' });
    expect(Math.abs(entriesOf(pages, 'suppressions')[0]!.at.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await read(resend('re_other'))).toEqual([
      { list: 'suppressions', trouble: expect.stringContaining('full access') },
    ]);
  });

  it('of Resend loses an address, where the scope is its own', async () => {
    // The calls before may have used up what Resend allows in a second.
    await delay(1_100);
    await post('/suppressions', { email: 'bob@inbox.test' }, resendKey);
    expect(await resend().remove('Bob@inbox.test', 'all')).toEqual([{ list: 'suppressions', removed: true }]);
    expect(await resend().remove('bob@inbox.test', 'all')).toEqual([{ list: 'suppressions', removed: false }]);
    expect(await resend().remove('bob@inbox.test', 'marketing')).toEqual([]);
    expect(await resend('re_other').remove('bob@inbox.test', 'all')).toEqual([
      { list: 'suppressions', trouble: expect.stringContaining('full access'), passes: false },
    ]);
  });

  it('that cannot be reached may be asked again later', async () => {
    const away = new ResendLists({ apiKey: resendKey, baseUrl: 'http://127.0.0.1:1', timeoutMs: 1_000, stopping });
    expect(await away.remove('bob@inbox.test', 'all')).toEqual([
      { list: 'suppressions', trouble: expect.stringContaining('cannot be reached'), passes: true },
    ]);
  });
});

describe('a provider that is asked too fast', () => {
  let server: Server;
  let answers: { status: number; headers: Record<string, string>; body: string }[];
  const asked: number[] = [];
  beforeAll(async () => {
    server = createServer((_, response) => {
      asked.push(Date.now());
      const { status, headers, body } = answers.shift() ?? { status: 200, headers: {}, body: '[]' };
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());
  const lists = () =>
    new SendgridLists({
      apiKey: 'k',
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      timeoutMs: 2_000,
      stopping,
    });

  it('is left alone until its headers say so, and asked again', async () => {
    asked.length = 0;
    const reset = String(Math.ceil(Date.now() / 1000) + 1);
    answers = [
      { status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, body: '[]' },
      { status: 429, headers: { 'retry-after': '1' }, body: '{}' },
    ];
    expect((await read(lists())).filter((page) => 'trouble' in page)).toEqual([]);
    expect(asked[1]).toBeGreaterThanOrEqual(Number(reset) * 1000 - 5);
    expect(asked[2]! - asked[1]!).toBeGreaterThanOrEqual(990);
  });

  it('is not waited for when it asks for minutes, nor taken at its word when it answers nonsense', async () => {
    answers = [
      { status: 200, headers: {}, body: '{"surprise":true}' },
      { status: 429, headers: { 'retry-after': '3600' }, body: '{}' },
    ];
    const pages = await read(lists());
    expect(pages.slice(0, 2)).toEqual([
      { list: 'bounces', trouble: 'its answer is not the list that it documents' },
      { list: 'invalid_emails', trouble: expect.stringMatching(/asks to wait (3600|3599) s/) },
    ]);
  });
});
