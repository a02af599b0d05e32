import { Instant } from '#libs/contracts';
import { z } from 'zod';
import type { AuditHead } from './audit.port.ts';
import type { AuditRow } from './chain.ts';

export const AuditRowResponse = z.object({
  seq: z.number().int().describe('Counted from 1, without gaps.'),
  at: Instant,
  who: z.string().describe('key:<id>, oidc:<subject>, or setting:<name>.'),
  action: z.string().describe('Such as key.made.'),
  target: z.string().describe('What it was done to; of what was refused, the route.'),
  tenants: z.union([z.literal('all'), z.array(z.string())]).describe('Whom it concerns.'),
  outcome: z
    .enum(['done', 'asked', 'refused'])
    .describe('asked: another service was to do it; where it refused, a row says so.'),
  details: z.record(z.string(), z.unknown()),
  previous: z.string().describe('The hash of the row before it; 64 zeros for the first.'),
  hash: z.string().describe('SHA-256 over the other fields: see docs/access.md.'),
});

export const AuditList = z.object({
  items: z.array(AuditRowResponse).describe('Oldest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
  head: z
    .object({ seq: z.number().int(), hash: z.string() })
    .nullable()
    .describe('The row that was written last; null for a caller that does not see all tenants.'),
});

export interface AuditPage {
  items: AuditRow[];
  nextCursor: string | null;
  head: AuditHead | null;
}

export const auditExample = {
  items: [
    {
      seq: 1,
      at: '2030-01-31T12:00:00.000Z',
      who: 'key:Zk81bqTw3C',
      action: 'key.made',
      target: 'key:w3CqT81bZk',
      tenants: ['shop'],
      outcome: 'done',
      details: { scopes: ['read'] },
      previous: '0000000000000000000000000000000000000000000000000000000000000000',
      hash: '5f0c…',
    },
  ],
  nextCursor: null,
  head: { seq: 1, hash: '5f0c…' },
};
