import { randomUUID } from 'node:crypto';
import { identityKey, topics } from '#libs/contracts';
import { routesOf } from '#libs/runtime';
import { eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditPage } from '../src/access/audit/responses.ts';
import { type Scope, scopes, type Tenants } from '../src/access/caller.policy.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { OperationsService } from '../src/operations/operations.service.ts';
import { Projection } from '../src/projection/projection.port.ts';
import type { UnreadableList } from '../src/unreadable/responses.ts';
import { KnownSuppressions } from '../src/suppressions/known-suppressions.port.ts';
import { aDeadLetter, aSuppressionChange, fact, receipt, requested } from './facts.ts';
import { InternalPort } from './internal-port.ts';
import { ReportingApi, token } from './reporting-api.ts';

/** Stands for the services behind reporting: what it is asked it repeats, so that an answer names the tenant. */
const services = new InternalPort(({ body }) => ({
  holds: [],
  checks: {},
  status: 'ok',
  replica: 'one',
  ...(body as object),
}));
const api = new ReportingApi(() => services.settings());
const { ask } = api;

/** Two tenants, each with a message, a dead letter, a key and rows of the audit; all of it holds the tenant's name. */
const OURS = 'tenant-one';
const THEIRS = 'tenant-two';

interface Asked {
  url: string;
  body?: object;
}

interface Row {
  /** Named here as well, so that nobody changes who may call a route without seeing this. */
  needs: Scope;
  /** A good request about what a tenant has. */
  ask: (tenant: string) => Asked | Promise<Asked>;
  /** What a caller is answered that has the scope, and does not see the tenant. */
  others: 200 | 403 | 404;
  /** It concerns the whole platform: who sees some tenants only is refused. */
  allTenants?: true;
  /** By what an answer shows what the tenant has; its name, where nothing is said. */
  shows?: string;
  /** It changes or reveals something. */
  audited?: true;
}

const ofAllTenants = (needs: Scope) => ({ needs, others: 403, allTenants: true }) as const;

const aSuppression = (tenant: string) => ({ channel: 'email', recipient: 'ada@inbox.test', tenant, note: 'asked' });

/** A report over the counts. */
const aReport = (kind: string, more = '', shows?: string): Row => ({
  needs: 'read',
  ask: (tenant) => ({
    url: `/v1/reports/${kind}?tenant=${tenant}&from=2030-01-01T00:00:00Z&to=2031-01-01T00:00:00Z${more}`,
  }),
  others: 200,
  ...(shows !== undefined && { shows }),
});

/** By route; a new one needs a row here. */
const rows: Readonly<Record<string, Row>> = {
  'GET /v1/messages': { needs: 'read', ask: () => ({ url: '/v1/messages' }), others: 200 },
  'POST /v1/messages/search': {
    needs: 'read',
    ask: () => ({ url: '/v1/messages/search', body: { recipient: 'ada@inbox.test' } }),
    others: 200,
  },
  'GET /v1/messages/{channel}/{messageId}': {
    needs: 'read',
    ask: (tenant) => ({ url: `/v1/messages/email/m-${tenant}?tenant=${tenant}` }),
    others: 404,
  },
  'GET /v1/reports/summary': {
    needs: 'read',
    ask: (tenant) => ({
      url: `/v1/reports/summary?tenant=${tenant}&since=2030-01-01T00:00:00Z&until=2031-01-01T00:00:00Z`,
    }),
    others: 200,
    // Counts name nobody.
    shows: '"total":3',
  },
  'GET /v1/dead-letters': { needs: 'read', ask: () => ({ url: '/v1/dead-letters' }), others: 200 },
  'GET /v1/dead-letters/groups': {
    needs: 'read',
    ask: (tenant) => ({ url: `/v1/dead-letters/groups?tenant=${tenant}` }),
    others: 200,
    // Counts name nobody.
    shows: '"total":1',
  },
  'POST /v1/dead-letters/redrive': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/dead-letters/redrive', body: { filter: { tenant }, atMost: 10 } }),
    others: 403,
    audited: true,
  },
  'POST /v1/dead-letters/discard': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/dead-letters/discard', body: { filter: { tenant }, atMost: 10 } }),
    others: 403,
    audited: true,
  },
  'POST /v1/messages/{channel}/{messageId}/cancel': {
    needs: 'operate',
    ask: (tenant) => ({ url: `/v1/messages/email/w-${tenant}/cancel?tenant=${tenant}`, body: {} }),
    others: 404,
    audited: true,
  },
  'POST /v1/messages/{channel}/{messageId}/bring-forward': {
    needs: 'operate',
    ask: (tenant) => ({ url: `/v1/messages/email/w-${tenant}/bring-forward?tenant=${tenant}`, body: {} }),
    others: 404,
    audited: true,
  },
  'POST /v1/messages/{channel}/{messageId}/redrive': {
    needs: 'operate',
    ask: (tenant) => ({ url: `/v1/messages/email/m-${tenant}/redrive?tenant=${tenant}`, body: {} }),
    others: 404,
    audited: true,
  },
  'GET /v1/keys': { needs: 'admin', ask: () => ({ url: '/v1/keys?limit=200' }), others: 200 },
  'POST /v1/keys': {
    needs: 'admin',
    ask: (tenant) => ({ url: '/v1/keys', body: { name: `of ${tenant}`, scopes: ['admin'], tenants: [tenant] } }),
    others: 403,
    audited: true,
  },
  'POST /v1/keys/{keyId}/revoke': {
    needs: 'admin',
    ask: async (tenant) => ({ url: `/v1/keys/${(await aKey(['read'], [tenant])).id}/revoke`, body: {} }),
    others: 404,
    audited: true,
  },
  'GET /v1/operations': {
    needs: 'read',
    ask: async (tenant) => {
      await anOperation(tenant);
      return { url: '/v1/operations?limit=200' };
    },
    others: 200,
  },
  'GET /v1/operations/{operationId}': {
    needs: 'read',
    ask: async (tenant) => ({ url: `/v1/operations/${await anOperation(tenant)}` }),
    others: 404,
  },
  'POST /v1/operations/{operationId}/stop': {
    needs: 'operate',
    ask: async (tenant) => ({ url: `/v1/operations/${await anOperation(tenant)}/stop`, body: {} }),
    others: 404,
    audited: true,
  },
  'GET /v1/controls': {
    needs: 'read',
    ask: async (tenant) => {
      await pause(tenant);
      return { url: '/v1/controls?limit=500' };
    },
    others: 200,
  },
  'POST /v1/controls/pause': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/controls/pause', body: { target: { kind: 'tenant', tenant }, reason: 'a test' } }),
    others: 403,
    audited: true,
  },
  'POST /v1/controls/resume': {
    needs: 'operate',
    ask: async (tenant) => {
      await pause(tenant);
      return { url: '/v1/controls/resume', body: { target: { kind: 'tenant', tenant }, reason: 'a test' } };
    },
    others: 403,
    audited: true,
  },
  'POST /v1/controls/cancel': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/controls/cancel', body: { filter: { tenant, tag: 'none' }, reason: 'a test' } }),
    others: 403,
    audited: true,
  },
  'POST /v1/controls/cancel/preview': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/controls/cancel/preview', body: { filter: { tenant } } }),
    others: 403,
    // Counts name nobody.
    shows: '"messages":',
  },
  'POST /v1/controls/pause/preview': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/controls/pause/preview', body: { target: { kind: 'tenant', tenant } } }),
    others: 403,
  },
  'POST /v1/controls/withdraw': {
    needs: 'operate',
    ask: async (tenant) => {
      const { body } = await ask<{ operationId: string }>('/v1/controls/cancel', {
        body: { filter: { tenant, tag: 'none' }, reason: 'a test' },
      });
      return { url: '/v1/controls/withdraw', body: { operationId: body.operationId, reason: 'a test' } };
    },
    others: 404,
    audited: true,
  },
  'POST /v1/controls/lift': {
    needs: 'operate',
    ask: () => ({ url: '/v1/controls/lift', body: { channel: 'email', holdId: randomUUID(), reason: 'a test' } }),
    others: 403,
    audited: true,
    allTenants: true,
  },
  'GET /v1/suppressions': { needs: 'read', ask: () => ({ url: '/v1/suppressions' }), others: 200 },
  'POST /v1/suppressions/search': {
    needs: 'read',
    ask: () => ({ url: '/v1/suppressions/search', body: { recipient: 'ada@inbox.test' } }),
    others: 200,
  },
  'POST /v1/suppressions': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/suppressions', body: aSuppression(tenant) }),
    others: 403,
    audited: true,
  },
  'POST /v1/suppressions/remove': {
    needs: 'operate',
    ask: (tenant) => ({ url: '/v1/suppressions/remove', body: aSuppression(tenant) }),
    others: 403,
    audited: true,
  },
  'POST /v1/suppressions/sync': {
    ...ofAllTenants('operate'),
    ask: () => ({ url: '/v1/suppressions/sync', body: {} }),
    audited: true,
  },
  'GET /v1/holds': { ...ofAllTenants('read'), ask: () => ({ url: '/v1/holds' }) },
  'POST /v1/explain': {
    needs: 'read',
    ask: (tenant) => ({ url: '/v1/explain?channel=email', body: { tenant, messageId: 'm-1' } }),
    others: 403,
  },
  'GET /v1/unreadable': { needs: 'read', ask: () => ({ url: '/v1/unreadable' }), others: 200 },
  'GET /v1/unreadable/{id}': {
    needs: 'read',
    ask: (tenant) => ({ url: `/v1/unreadable/${unreadable.get(tenant)}` }),
    others: 404,
  },
  'GET /v1/unreadable/{id}/bytes': {
    needs: 'content',
    ask: (tenant) => ({ url: `/v1/unreadable/${unreadable.get(tenant)}/bytes` }),
    others: 404,
    audited: true,
  },
  'GET /v1/status': { ...ofAllTenants('read'), ask: () => ({ url: '/v1/status' }) },
  'GET /v1/reports/delivery': aReport('delivery', '&groupBy=tenant'),
  'GET /v1/reports/failures': aReport('failures', '&groupBy=tenant'),
  'GET /v1/reports/latency': aReport('latency', '&groupBy=tenant'),
  'GET /v1/reports/engagement': aReport('engagement', '&groupBy=tenant'),
  'GET /v1/reports/providers': aReport('providers', '', '"attempts":{"sent":1}'),
  'GET /v1/reports/cost': aReport('cost'),
  'GET /v1/counts': { ...ofAllTenants('read'), ask: () => ({ url: '/v1/counts' }) },
  'POST /v1/counts/rebuild': {
    ...ofAllTenants('operate'),
    ask: () => ({ url: '/v1/counts/rebuild', body: {} }),
    audited: true,
  },
  'GET /v1/restore': { ...ofAllTenants('read'), ask: () => ({ url: '/v1/restore' }) },
  'POST /v1/restore/lift': {
    ...ofAllTenants('operate'),
    ask: () => ({ url: '/v1/restore/lift', body: { service: 'email' } }),
    audited: true,
  },
  'GET /v1/audit': { needs: 'admin', ask: () => ({ url: '/v1/audit?limit=500' }), others: 200 },
};

interface Described {
  paths: Record<string, Record<string, { 'x-scope'?: Scope }>>;
}
let described: [route: string, scope: Scope | undefined][];
const keys = new Map<string, string>();
/** By tenant, the id of a record of its that was quarantined. */
const unreadable = new Map<string, string>();
const kafka = new KafkaTestClient();

async function aKey(of: readonly Scope[], tenants: Tenants): Promise<MadeKeyResponse> {
  const name = `of ${String(tenants)}`;
  return (await ask<MadeKeyResponse>('/v1/keys', { body: { name, scopes: of, tenants } })).body;
}
/** Pauses a tenant, again and again. */
const pause = (tenant: string) =>
  ask('/v1/controls/pause', { body: { target: { kind: 'tenant', tenant }, reason: 'a test' } });

/** A job that is published, and that nobody carries out here. @returns its id, which does not name the tenant */
async function anOperation(tenant: string): Promise<string> {
  const operations = api.service.app.get(OperationsService, { strict: false });
  const { operationId } = await operations.make(
    { who: 'key:test', scopes: ['operate'], tenants: 'all' },
    {
      id: undefined,
      kind: 'discard',
      services: ['retry'],
      tenants: [tenant],
      work: {},
      asked: {},
      action: 'operation.stopped',
      carrier: 'job',
    },
  );
  return operationId;
}
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
