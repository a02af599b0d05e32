import { randomUUID } from 'node:crypto';
import { identityKey, topics } from '#libs/contracts';
import { routesOf } from '#libs/runtime';
import { eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditPage } from '../src/access/audit/responses.ts';
import { type Scope, scopes, type Tenants } from '../src/access/caller.policy.ts';
import { Projection } from '../src/projection/projection.port.ts';
import type { UnreadableList } from '../src/unreadable/responses.ts';
import { KnownSuppressions } from '../src/suppressions/known-suppressions.port.ts';
import { aDeadLetter, aSuppressionChange, fact, receipt, requested } from './facts.ts';
import { aKey, api, type Asked, OURS, rows, services, THEIRS, unreadable } from './access-matrix.rows.ts';
import { token } from './reporting-api.ts';
const { ask } = api;

interface Described {
  paths: Record<string, Record<string, { 'x-scope'?: Scope }>>;
}
let described: [route: string, scope: Scope | undefined][];

const keys = new Map<string, string>();
const kafka = new KafkaTestClient();

/** The key of one scope, for one tenant or all. */
async function keyOf(scope: Scope, tenants: Tenants): Promise<string> {
  const name = `${scope} ${String(tenants)}`;
  if (!keys.has(name)) keys.set(name, (await aKey([scope], tenants)).key);
  return keys.get(name)!;
}
const askAs = async (key: string, { url, body }: Asked) => {
  const { status, body: answer } = await ask<unknown>(url, { body, authorization: `Bearer ${key}` });
  return { status, text: JSON.stringify(answer), code: (answer as { code?: string }).code };
};
/** A record of the tenant's that was quarantined. */
async function quarantined(tenant: string): Promise<void> {
  const headers = {
    'x-origin-topic': 'messaging.email.due',
    'x-error-code': 'MSG_UNREADABLE',
    ce_messagetenant: tenant,
  };
  await kafka.produce(api.prefix + topics.unreadable.name, { value: 'no JSON', headers });
  const found = await eventually(async () => {
    const { body } = await ask<UnreadableList>(`/v1/unreadable?tenant=${tenant}`);
    return body.items[0]?.id;
  });
  unreadable.set(tenant, found);
}
/** A suppression of the recipient of the tenant's message. */
const suppressed = (tenant: string) =>
  api.service.app
    .get(KnownSuppressions, { strict: false })
    .apply(aSuppressionChange({ recipient: 'ada@inbox.test', tenant, at: '2030-01-31T12:00:00.000Z' }));
const auditSize = async () => (await ask<AuditPage>('/v1/audit?limit=1')).body.head!.seq;

beforeAll(async () => {
  await services.open();
  await api.start();
  const projection = api.service.app.get(Projection, { strict: false });
  for (const tenant of [OURS, THEIRS]) {
    const of = { tenant, channel: 'email', messageId: `m-${tenant}` } as const;
    await projection.project(requested(of.messageId, { tenant }));
    await projection.project(fact(of.messageId, { tenant, status: 'failed', final: true, source: 'retry' }));
    await projection.project(requested(`w-${tenant}`, { tenant }));
    await projection.project(requested(`d-${tenant}`, { tenant }));
    const taken = { tenant, hop: 1, provider: 'sendgrid' };
    await projection.project(fact(`d-${tenant}`, taken));
    for (const status of ['delivered', 'opened'] as const)
      await projection.project(receipt(`d-${tenant}`, { ...taken, status, eventId: randomUUID() }));
    await projection.addDeadLetter(aDeadLetter({ ...of, id: identityKey(of) }, { eventId: randomUUID() }));
    await aKey(['read'], [tenant]);
    await suppressed(tenant);
    await quarantined(tenant);
  }
  const { body } = await ask<Described>('/docs/openapi.json');
  described = Object.entries(body.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, of]): [string, Scope | undefined] => [
        `${method.toUpperCase()} ${path}`,
        of['x-scope'],
      ]),
    );
}, 60_000);
afterAll(async () => {
  await api.stop();
  await kafka.close();
  await services.close();
}, 30_000);

/** The cells of the matrix, asked one by one and held against what is expected together, so that all faults show. */
async function everyCell(
  cell: (route: string, needs: Scope, scope: Scope) => Promise<unknown>,
  expected: (route: string, needs: Scope, scope: Scope) => unknown,
): Promise<void> {
  const [seen, wanted]: Record<string, unknown>[] = [{}, {}];
  for (const [route, needs] of described) {
    for (const scope of scopes) {
      seen![`${route} as ${scope}`] = await cell(route, needs!, scope);
      wanted![`${route} as ${scope}`] = expected(route, needs!, scope);
    }
  }
  expect(seen).toEqual(wanted);
}

describe('every route of the API', () => {
  it('declares its scope in the description, and has a request in this test', () => {
    const running = routesOf(api.service.app.getHttpServer())!
      .all()
      .filter(({ method, path }) => method !== 'HEAD' && path.startsWith('/v1/'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(described.map(([route]) => route).sort()).toEqual(running.sort());
    expect(Object.keys(rows).sort()).toEqual(running.sort());
    for (const [route, scope] of described) expect([route, scope]).toEqual([route, rows[route]!.needs]);
  });

  it('beside the API needs no key only where it is health or its description', () => {
    const others = routesOf(api.service.app.getHttpServer())!
      .all()
      .filter(({ path }) => !path.startsWith('/v1/'));
    expect(others.map(({ path }) => path).filter((path) => !/^\/(health|docs)(\/|$|-)/.test(path))).toEqual([]);
  });

  it('that changes something is audited, and says so', () => {
    const changing = described.map(([route]) => route).filter((route) => !route.startsWith('GET '));
    // Its body is a filter that must not be in a URL.
    const onlyReads = [
      'POST /v1/messages/search',
      'POST /v1/controls/cancel/preview',
      'POST /v1/controls/pause/preview',
      'POST /v1/suppressions/search',
      'POST /v1/explain',
    ];
    for (const route of changing.filter((each) => !onlyReads.includes(each)))
      expect([route, rows[route]!.audited]).toEqual([route, true]);
  });

  it('lets in who has its scope, and refuses with 403 who has another one', async () => {
    await everyCell(
      async (route, _, scope) => {
        const { status, code } = await askAs(await keyOf(scope, 'all'), await rows[route]!.ask(OURS));
        return status < 300 ? 'let in' : `${status} ${code}`;
      },
      (_, needs, scope) => (needs === scope ? 'let in' : '403 MSG_FORBIDDEN'),
    );
  });

  it('shows a tenant to a key of this tenant, and nothing of it to a key of another', async () => {
    await everyCell(
      async (route, needs, scope) => {
        if (needs !== scope) return 'not let in';
        const asked = await rows[route]!.ask(THEIRS);
        const [own, other] = [await keyOf(scope, [THEIRS]), await keyOf(scope, [OURS])];
        const shows = rows[route]!.shows ?? THEIRS;
        const foreign = await askAs(other, asked);
        const known = await askAs(own, asked);
        return {
          own: [known.status < 300, known.text.includes(shows)],
          other: [foreign.status, foreign.text.includes(shows)],
        };
      },
      (route, needs, scope) => {
        if (needs !== scope) return 'not let in';
        const isOwn = rows[route]!.allTenants !== true;
        return { own: [isOwn, isOwn], other: [rows[route]!.others, false] };
      },
    );
  });

  it('writes exactly one row of the audit for a change and for a refused one, and none for what it reads', async () => {
    await everyCell(
      async (route, _, scope) => {
        const asked = await rows[route]!.ask(OURS);
        const key = await keyOf(scope, 'all');
        const before = await auditSize();
        await askAs(key, asked);
        return (await auditSize()) - before;
      },
      (route) => (rows[route]!.audited ? 1 : 0),
    );
  });

  it('answers about what it may not see as about what is not there', async () => {
    const ours = await keyOf('read', [OURS]);
    const message = await askAs(ours, { url: `/v1/messages/email/m-${THEIRS}?tenant=${THEIRS}` });
    const nothing = await askAs(ours, { url: `/v1/messages/email/none?tenant=${OURS}` });
    expect(message).toEqual(nothing);
  });

  it('means the tenant of a key that has one only, where none is named', async () => {
    const asked = { url: `/v1/messages/email/m-${THEIRS}` };
    expect((await askAs(await keyOf('read', [THEIRS]), asked)).status).toBe(200);
    expect((await askAs(await keyOf('read', 'all'), asked)).status).toBe(404);
    expect((await askAs(token, { ...asked, url: `${asked.url}?tenant=${THEIRS}` })).status).toBe(200);
  });
});
