import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '#libs/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import type { Secrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import { environment, System } from './system.ts';

interface Reported {
  code: number | null;
  out: string;
  err: string;
}

describe('who must not be written to', () => {
  const system = new System();
  afterAll(() => system.close());
  const anybody = () => `nobody-${randomUUID()}@inbox.test`;
  const mailTo = (...recipients: string[]) => system.requestEmail({ to: recipients.map((email) => ({ email })) });

  /** `messaging suppressions …`, as an operator of this system would. */
  async function suppressions(...args: string[]): Promise<Reported> {
    const script = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts');
    const child = spawn(process.execPath, ['--conditions=source', script, 'suppressions', ...args], {
      env: { ...process.env, ...environment() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { code, out, err };
  }

  const operator = (path: string, token?: string, body?: object) =>
    fetch(`${system.url('reporting')}/v1/suppressions${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });

  it('is put down by hand, and holds for the next mail; taken off again, the next one goes', async () => {
    const person = anybody();
    const added = await suppressions('add', person, '--note', 'Asked by phone', '--json');
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(added.out)).toMatchObject({
      kind: 'suppress',
      state: 'done',
      counts: { suppressed: 1 },
      askedBy: `key:${system.key.slice(4, 14)}`,
      reason: 'Asked by phone',
    });
    const held = await system.reaches('email', await mailTo(person), 'suppressed');
    expect(held.timeline.at(-1)).toMatchObject({
      status: 'suppressed',
      failure: { code: 'MSG_SUPPRESSED_MANUALLY', remedy: expect.stringContaining('messaging suppressions') },
    });
    expect(await system.sandboxMessages({ reference: held.messageId })).toMatchObject({ total: 0 });

    const shown = { code: 0, out: expect.stringMatching(/by key:\w+: Asked by phone/) };
    await eventually(async () => {
      expect(await suppressions('show', person)).toMatchObject(shown);
      return true;
    });
    expect(await suppressions('remove', person, '--note', 'A mistake')).toMatchObject({
      code: 0,
      out: expect.stringContaining('lifted 1'),
    });
    await system.reaches('email', await mailTo(person), 'delivered');
    expect(await suppressions('remove', person, '--note', 'A mistake')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/no such suppression holds/i),
    });
    expect((await suppressions('add', person)).code).toBe(2);
    for (const service of ['email', 'reporting']) expect(system.log(service)).not.toContain(person);
  });

  it('is put down for texts as well, under one name however often it is asked for', async () => {
    const to = `+1415555${String(1000 + Math.floor(Math.random() * 9000))}`;
    const name = randomUUID();
    for (let ask = 0; ask < 2; ask += 1)
      expect(await suppressions('add', to, '--note', 'Asked by phone', '--id', name)).toMatchObject({ code: 0 });
    const changes = await system.follow('suppression.changed');
    const held = await system.reaches('sms', await system.requestSms({ to }), 'suppressed');
    expect(held.timeline.at(-1)!.failure).toMatchObject({ code: 'MSG_SUPPRESSED_MANUALLY' });
    expect(await suppressions('remove', to, '--note', 'A mistake')).toMatchObject({ code: 0 });
    await system.reaches('sms', await system.requestSms({ to }), 'delivered');
    const about = (value: string) => value !== '' && (JSON.parse(value) as { channel: string }).channel === 'sms';
    await eventually(() => changes.some(({ value }) => about(value)));
    const own = changes.filter(({ value }) => about(value) && value.includes('Asked by phone'));
    expect(own).toHaveLength(1);
  });

  it('is left out of a mail to several, and the others get it', async () => {
    const [ada, bob] = [anybody(), anybody()];
    await suppressions('add', ada, '--note', 'Asked by phone');
    const timeline = await system.reaches('email', await mailTo(ada, bob), 'suppressed');
    expect(timeline.final).toBe(true);
    expect(timeline.timeline.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['sent', 'suppressed', 'delivered']),
    );
    expect((await system.sandboxMessages({ reference: timeline.messageId })).messages.map(({ to }) => to)).toEqual([
      bob,
    ]);
  });

  it('is who bounced before', async () => {
    const person = `bounce+${randomUUID()}@inbox.test`;
    await system.reaches('email', await mailTo(person), 'bounced');
    const held = await eventually(async () => system.reaches('email', await mailTo(person), 'suppressed', 4_000), {
      timeoutMs: 20_000,
    });
    expect(held.timeline.at(-1)!.failure).toMatchObject({ code: 'MSG_SUPPRESSED_UNDELIVERABLE' });
  });

  it('is whose number a provider refuses for good', async () => {
    const landline = '+15005550009';
    const refused = await system.reaches('sms', await system.requestSms({ to: landline }), 'failed');
    expect(refused.timeline.find(({ status }) => status === 'failed')!.failure).toMatchObject({ code: '21614' });
    const held = await eventually(
      async () => system.reaches('sms', await system.requestSms({ to: landline }), 'suppressed', 4_000),
      { timeoutMs: 20_000 },
    );
    expect(held.timeline.at(-1)!.failure).toMatchObject({ code: 'MSG_SUPPRESSED_UNDELIVERABLE' });
    expect(await suppressions('show', landline)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/all, invalid \(refusal twilio\)/),
    });
  });

  it('is taken over from the providers’ own lists, once', async () => {
    const { sandboxSendgridApiKey, sandboxResendApiKey } = JSON.parse(
      readFileSync(layoutOf(system.dataDir).secrets, 'utf8'),
    ) as Secrets;
    const sandbox = (path: string, key: string, body: object, method = 'POST') =>
      fetch(system.url('sandbox') + path, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'user-agent': 'e2e' },
        body: JSON.stringify(body),
      });
    const { sendgrid } = (await (await fetch(`${system.url('sandbox')}/_sandbox/account`)).json()) as {
      sendgrid: { scopes: string[] };
    };
    const scopes = (of: string[]) => sandbox('/_sandbox/account', '', { sendgrid: { scopes: of } }, 'PUT');
    const [left, listed] = [anybody(), anybody()];
    await scopes([...sendgrid.scopes, 'asm.groups.suppressions.create']);
    expect(
      (await sandbox('/v3/asm/groups/7/suppressions', sandboxSendgridApiKey!, { recipient_emails: [left] })).status,
    ).toBe(201);
    await scopes(sendgrid.scopes);
    expect((await sandbox('/suppressions', sandboxResendApiKey!, { email: listed })).status).toBe(201);

    const first = await suppressions('sync', '--json');
    expect(first).toMatchObject({ code: 0, err: '' });
    const { counts, services } = JSON.parse(first.out) as {
      counts: Record<string, number>;
      services: { service: string; state: string }[];
    };
    expect(services.map(({ service, state }) => [service, state])).toEqual([
      ['email', 'done'],
      ['sms', 'done'],
    ]);
    expect(Object.keys(counts).filter((name) => !name.endsWith(', new'))).toEqual(
      expect.arrayContaining([
        'sendgrid bounces',
        'sendgrid invalid_emails',
        'sendgrid spam_reports',
        'sendgrid unsubscribes',
        'sendgrid group_unsubscribes',
        'resend suppressions',
      ]),
    );
    expect(counts['resend suppressions, new']).toBeGreaterThanOrEqual(1);
    await system.reaches('email', await mailTo(listed), 'suppressed');
    const ofGroup = (groupId: number) =>
      system.requestEmail({ to: [{ email: left }], providerOptions: { sendgrid: { asm: { groupId } } } });
    await system.reaches('email', await ofGroup(7), 'suppressed');
    await system.reaches('email', await ofGroup(8), 'delivered');

    const again = await suppressions('sync', '--json');
    const { counts: more } = JSON.parse(again.out) as { counts: Record<string, number> };
    expect(Object.entries(more).filter(([name, count]) => name.endsWith(', new') && count > 0)).toEqual([]);
  });

  it('is taken off the list of its provider as well, by an address that only the provider is told', async () => {
    const operations = await system.follow('operation.requested');
    const { sandboxSendgridApiKey: key } = JSON.parse(
      readFileSync(layoutOf(system.dataDir).secrets, 'utf8'),
    ) as Secrets;
    const person = `bounce+${randomUUID()}@inbox.test`;
    const listed = async () =>
      (
        (await (
          await fetch(`${system.url('sandbox')}/v3/suppression/bounces?email=${encodeURIComponent(person)}`, {
            headers: { authorization: `Bearer ${key}` },
          })
        ).json()) as unknown[]
      ).length;
    await system.reaches('email', await mailTo(person), 'bounced');
    expect(await listed()).toBe(1);
    await eventually(async () => (await suppressions('show', person)).code === 0);

    const refused = await suppressions('remove', person, '--note', 'It works again', '--at-providers');
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('the scope suppression.delete') });
    expect(await listed()).toBe(1);
    const { sendgrid } = (await (await fetch(`${system.url('sandbox')}/_sandbox/account`)).json()) as {
      sendgrid: { scopes: string[] };
    };
    const withScopes = (scopes: string[]) =>
      fetch(`${system.url('sandbox')}/_sandbox/account`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sendgrid: { scopes } }),
      });
    await withScopes([...sendgrid.scopes, 'suppression.delete']);
    const removed = await suppressions('remove', person, '--note', 'It works again', '--at-providers', '--json');
    await withScopes(sendgrid.scopes);
    expect(removed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(removed.out)).toMatchObject({ state: 'done', counts: { lifted: 1, 'off sendgrid bounces': 1 } });
    expect(await listed()).toBe(0);
    await eventually(() => operations.some(({ value }) => value.includes('It works again')));
    for (const { key: name, value } of operations) expect(name + value).not.toContain(person);
    for (const service of ['email', 'reporting']) expect(system.log(service)).not.toContain(person);
  });

  it('is told only to who holds a key, and never by an address in a URL', async () => {
    expect([
      (await operator('')).status,
      (await operator('', 'a-token-of-somebody-else')).status,
      (await operator('', system.key)).status,
    ]).toEqual([401, 401, 200]);
    const wrong = await operator('', system.key, {
      channel: 'email',
      recipient: 'ada@inbox.test',
      scope: 'everything',
      note: 'x',
    });
    expect([wrong.status, ((await wrong.json()) as { fields: unknown[] }).fields]).toEqual([
      400,
      [expect.objectContaining({ field: 'scope' })],
    ]);
    expect(await suppressions('list', '--reason', 'manual', '--limit', '1')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/suppression\(s\)/),
    });
    const many = JSON.parse((await suppressions('list', '--channel', 'email', '--lifted', '--json')).out) as {
      suppressions: { recipient: string }[];
      more: boolean;
    };
    expect([many.suppressions.length > 3, many.more]).toEqual([true, false]);
    expect(await suppressions('list', '--scope', 'everything')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/scope/i),
    });
  });
});
