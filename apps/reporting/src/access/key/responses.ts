import { Instant } from '#libs/contracts';
import { z } from 'zod';
import { scopes } from '../caller.policy.ts';

export const ApiKeyResponse = z.object({
  id: z.string().describe('The public part of the key, between mik_ and the next _.'),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  tenants: z.union([z.literal('all'), z.array(z.string())]),
  state: z.enum(['valid', 'expired', 'revoked']),
  madeBy: z.string().describe('key:<id>, oidc:<subject>, or the setting REPORTING_BOOTSTRAP_KEY.'),
  madeAt: Instant,
  expiresAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  revokedBy: z.string().nullable(),
  lastUsedAt: Instant.nullable().describe('To the minute: it is written rarely.'),
});
export type ApiKeyResponse = z.infer<typeof ApiKeyResponse>;

export const MadeKeyResponse = ApiKeyResponse.extend({
  key: z.string().describe('The key itself. It is shown this once and stored nowhere.'),
});
export type MadeKeyResponse = z.infer<typeof MadeKeyResponse>;

export const ApiKeyList = z.object({
  items: z.array(ApiKeyResponse).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type ApiKeyList = z.infer<typeof ApiKeyList>;

const example = {
  id: 'w3CqT81bZk',
  name: 'the shop’s support desk',
  scopes: ['read'],
  tenants: ['shop'],
  state: 'valid',
  madeBy: 'key:Zk81bqTw3C',
  madeAt: '2030-01-31T12:00:00.000Z',
  expiresAt: '2030-05-01T00:00:00.000Z',
  revokedAt: null,
  revokedBy: null,
  lastUsedAt: '2030-01-31T12:05:00.000Z',
};

export const keyExamples = {
  list: { items: [example], nextCursor: null },
  made: { ...example, lastUsedAt: null, key: 'mik_w3CqT81bZk_…' },
  revoked: { ...example, state: 'revoked', revokedAt: '2030-02-01T08:00:00.000Z', revokedBy: 'key:Zk81bqTw3C' },
};
