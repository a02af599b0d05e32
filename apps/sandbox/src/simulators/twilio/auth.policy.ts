import type { Answer } from '../../core/response.ts';
import { notFound, refusal } from './error.policy.ts';

export interface Account {
  sid: string;
  token: string;
}

export function isOwner(authorization: string | undefined, account: Account): boolean {
  return authorization === `Basic ${Buffer.from(`${account.sid}:${account.token}`).toString('base64')}`;
}

/** Null when the credentials are valid and the path is of their account, else the refusal. */
export function checkAccount(
  authorization: string | undefined,
  account: Account,
  path: string,
  { keyRevoked }: { keyRevoked: boolean },
): Answer | null {
  if (!isOwner(authorization, account) || keyRevoked) return refusal(20003, { status: 401 });
  if (!path.startsWith('/2010-04-01/')) return null;
  const asked = /^\/2010-04-01\/Accounts\/([^/.?]+)/.exec(path)?.[1];
  return asked === account.sid ? null : notFound(path);
}
