import { randomUUID } from 'node:crypto';
import type { Scope, Tenants } from '../src/access/caller.policy.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { OperationsService } from '../src/operations/operations.service.ts';
import { InternalPort } from './internal-port.ts';
import { ReportingApi } from './reporting-api.ts';

/** Stands for the services behind reporting: what it is asked it repeats, so that an answer names the tenant. */
export const services = new InternalPort(({ body }) => ({
  holds: [],
  checks: {},
  status: 'ok',
  replica: 'one',
  ...(body as object),
}));
export const api = new ReportingApi(() => services.settings());
const { ask } = api;

/** Two tenants, each with a message, a dead letter, a key and rows of the audit; all of it holds the tenant's name. */
export const OURS = 'tenant-one';
export const THEIRS = 'tenant-two';

export interface Asked {
  url: string;
  body?: object;
}

export interface Row {
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
export const rows: Readonly<Record<string, Row>> = {
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

/** By tenant, the id of a record of its that was quarantined. */
export const unreadable = new Map<string, string>();

export async function aKey(of: readonly Scope[], tenants: Tenants): Promise<MadeKeyResponse> {
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
