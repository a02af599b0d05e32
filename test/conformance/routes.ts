import { randomBytes } from 'node:crypto';
import type { Route } from '#libs/runtime';
import { UnsubscribeTokens } from '../../apps/email/src/unsubscribe/token.policy.ts';
import { goodDeliveries } from './suites.ts';

export const unsubscribeKey = randomBytes(32).toString('hex');

/** Headers of all providers' signatures, of nobody's making. */
export const shutOut = {
  'x-twilio-signature': 'AAAA',
  'x-twilio-email-event-webhook-signature': 'AAAA',
  'x-twilio-email-event-webhook-timestamp': String(Math.floor(Date.now() / 1000)),
  'svix-id': 'msg_1',
  'svix-timestamp': String(Math.floor(Date.now() / 1000)),
  'svix-signature': 'v1,AAAA',
};

/** A request that its route takes. */
export interface Good {
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** Whether it cannot be answered without Kafka or PostgreSQL, and says so with 503 in our shape. */
  needs?: boolean;
}

const about = { messageId: 'm-routes', person: 'ada@inbox.test' };
const recipient = 'ab'.repeat(16);
const link = new UnsubscribeTokens([unsubscribeKey]).seal({
  tenant: 'default',
  messageId: 'm-routes',
  recipient,
  scope: 'marketing',
});
const asked = { channel: 'email', recipient, note: 'asked by phone' };
const holdId = '00000000-0000-4000-8000-000000000000';

/** By method and path, of one service where it is named; a new route needs a line here. HEAD is as GET. */
const bodies: Readonly<Record<string, { path?: string; body?: object; needs?: boolean }>> = {
  'GET /health/live': {},
  // They say by themselves what is down.
  'GET /health/ready': {},
  // Pages for people.
  'GET /unsubscribe/:token': { path: `/unsubscribe/${link}` },
  'POST /unsubscribe/:token': { path: `/unsubscribe/${link}` },
  'GET /unsubscribe/:token/*': { path: `/unsubscribe/${link}/` },
  'POST /unsubscribe/:token/*': { path: `/unsubscribe/${link}/` },
  'GET /v1/holds': { needs: true },
  // What it shows and changes is nothing while no database was restored.
  'GET /v1/restore': {},
  'POST /v1/restore/lift': { body: { by: 'a test' } },
  // Without PostgreSQL it says only what a request breaks.
  'POST /v1/explain': { body: {} },
  // The front door of the same: it looks a key up before it asks anybody.
  'reporting: GET /v1/suppressions': { needs: true },
  'reporting: POST /v1/suppressions': { body: asked, needs: true },
  'reporting: POST /v1/suppressions/search': { body: { recipient }, needs: true },
  'reporting: POST /v1/suppressions/remove': { body: asked, needs: true },
  'reporting: POST /v1/suppressions/sync': { needs: true },
  'reporting: GET /v1/restore': { needs: true },
  'reporting: POST /v1/restore/lift': { body: { service: 'email' }, needs: true },
  'reporting: POST /v1/explain': { path: '/v1/explain?channel=email', body: {}, needs: true },
  'GET /v1/reports/delivery': { needs: true },
  'GET /v1/reports/failures': { needs: true },
  'GET /v1/reports/latency': { needs: true },
  'GET /v1/reports/engagement': { needs: true },
  'GET /v1/reports/providers': { needs: true },
  'GET /v1/reports/cost': { needs: true },
  'GET /v1/counts': { needs: true },
  'POST /v1/counts/rebuild': { body: {}, needs: true },
  'GET /v1/readiness': {},
  'GET /v1/waiting': {},
  'POST /v1/waiting/preview': { body: { target: { kind: 'tenant', tenant: 'shop' } }, needs: true },
  'GET /v1/status': { needs: true },
  'GET /v1/unreadable': { needs: true },
  'GET /v1/unreadable/:id': { path: `/v1/unreadable/${holdId}`, needs: true },
  'GET /v1/unreadable/:id/bytes': { path: `/v1/unreadable/${holdId}/bytes`, needs: true },
  'GET /v1/messages': { needs: true },
  'POST /v1/messages/search': { body: { recipient: 'ada@inbox.test' }, needs: true },
  'GET /v1/messages/:channel/:messageId': { path: '/v1/messages/email/m-1', needs: true },
  'GET /v1/reports/summary': { needs: true },
  'GET /v1/dead-letters': { needs: true },
  'GET /v1/dead-letters/groups': { needs: true },
  'POST /v1/dead-letters/redrive': { body: { filter: { all: true }, atMost: 1 }, needs: true },
  'POST /v1/dead-letters/discard': { body: { filter: { all: true }, atMost: 1 }, needs: true },
  'POST /v1/messages/:channel/:messageId/cancel': { path: '/v1/messages/email/m-1/cancel', body: {}, needs: true },
  'POST /v1/messages/:channel/:messageId/bring-forward': {
    path: '/v1/messages/email/m-1/bring-forward',
    body: {},
    needs: true,
  },
  'POST /v1/messages/:channel/:messageId/redrive': { path: '/v1/messages/email/m-1/redrive', body: {}, needs: true },
  'GET /v1/keys': { needs: true },
  'POST /v1/keys': { body: { name: 'a test', scopes: ['read'], tenants: ['shop'] }, needs: true },
  'POST /v1/keys/:keyId/revoke': { path: '/v1/keys/0123456789/revoke', needs: true },
  'GET /v1/audit': { needs: true },
  'GET /v1/controls': { needs: true },
  'POST /v1/controls/pause': { body: { target: { kind: 'tenant', tenant: 'shop' }, reason: 'a test' }, needs: true },
  'POST /v1/controls/resume': { body: { target: { kind: 'tenant', tenant: 'shop' }, reason: 'a test' }, needs: true },
  'POST /v1/controls/cancel': { body: { filter: { tenant: 'shop' }, reason: 'a test' }, needs: true },
  'POST /v1/controls/cancel/preview': { body: { filter: { tenant: 'shop' } }, needs: true },
  'POST /v1/controls/pause/preview': { body: { target: { kind: 'tenant', tenant: 'shop' } }, needs: true },
  'POST /v1/controls/withdraw': { body: { operationId: 'op-1', reason: 'a test' }, needs: true },
  'POST /v1/controls/lift': { body: { channel: 'email', holdId, reason: 'a test' }, needs: true },
  'GET /v1/operations': { needs: true },
  'GET /v1/operations/:operationId': { path: '/v1/operations/op-1', needs: true },
  'POST /v1/operations/:operationId/stop': { path: '/v1/operations/op-1/stop', needs: true },
};

export function aGoodRequest(
  { service, method, path }: Route & { service: { name: string } },
  token: string,
): Good | undefined {
  const delivery = goodDeliveries.get(path);
  if (delivery) return { ...delivery(about), needs: true };
  const route = `${method === 'HEAD' ? 'GET' : method} ${path}`;
  const known = bodies[`${service.name}: ${route}`] ?? bodies[route];
  if (!known) return undefined;
  return {
    path: known.path ?? path,
    headers: { authorization: `Bearer ${token}`, ...(known.body && { 'content-type': 'application/json' }) },
    ...(known.body && { body: JSON.stringify(known.body) }),
    // What HEAD answers has no body to say it in.
    needs: known.needs === true && method !== 'HEAD',
  };
}
