import type { ListedAddress } from '#libs/providers';
import { z } from 'zod';

/**
 * SendGrid's lists of permanent suppressions (tsg_suppressions_v3). Blocks are not included: SendGrid itself tries
 * these again.
 */
export const lists = [
  { list: 'bounces', path: '/v3/suppression/bounces', scope: 'all', reason: 'hard-bounce' },
  { list: 'invalid_emails', path: '/v3/suppression/invalid_emails', scope: 'all', reason: 'invalid' },
  { list: 'spam_reports', path: '/v3/suppression/spam_reports', scope: 'all', reason: 'complaint' },
  { list: 'unsubscribes', path: '/v3/suppression/unsubscribes', scope: 'marketing', reason: 'unsubscribe' },
] as const;
export type List = Pick<(typeof lists)[number], 'scope' | 'reason'>;

/** SendGrid's maximum page size. */
export const PAGE = 500;

const Entries = z.array(z.looseObject({ email: z.string(), created: z.number() }));
const Members = z.array(z.looseObject({ email: z.string(), group_id: z.number().int(), created_at: z.number() }));

/** A page of a list; undefined where the response is none. */
export function entriesOf(body: unknown, { scope, reason }: List): ListedAddress[] | undefined {
  return Entries.safeParse(body).data?.map(({ email, created }) => ({
    address: email,
    scope,
    reason,
    at: new Date(created * 1000),
  }));
}

/** The members of all groups, from the one response for all groups. */
export function leaversOf(body: unknown): ListedAddress[] | undefined {
  return Members.safeParse(body).data?.map((one) => ({
    address: one.email,
    scope: `group:sendgrid:${one.group_id}`,
    reason: 'unsubscribe',
    at: new Date(one.created_at * 1000),
  }));
}

/**
 * Where an address stands in the lists of a scope, and the scope of a key that may take it off: DELETE of
 * `/v3/suppression/<list>/{email}`, `/v3/asm/suppressions/global/{email}` and
 * `/v3/asm/groups/{group_id}/suppressions/{email}` (tsg_suppressions_v3).
 * @param address as it goes into a path
 */
export function removalPaths(address: string, scope: string): { list: string; path: string; keyScope: string }[] {
  if (scope === 'marketing')
    return [
      {
        list: 'unsubscribes',
        path: `/v3/asm/suppressions/global/${address}`,
        keyScope: 'asm.suppressions.global.delete',
      },
    ];
  const [, group] = /^group:sendgrid:(\d+)$/.exec(scope) ?? [];
  if (group !== undefined)
    return [
      {
        list: 'group_unsubscribes',
        path: `/v3/asm/groups/${group}/suppressions/${address}`,
        keyScope: 'asm.groups.suppressions.delete',
      },
    ];
  return lists
    .filter((one) => one.scope === scope)
    .map(({ list, path }) => ({ list, path: `${path}/${address}`, keyScope: 'suppression.delete' }));
}
