import type { AccountSetup } from './setup.policy.ts';
import type { Answer } from '../../core/response.ts';
import { errorResponse } from './error.policy.ts';

/**
 * Null when the key is valid and has the scope, else the refusal.
 * @param scope the scope that the request needs; undefined: none
 */
export function checkKey(
  authorization: string | undefined,
  key: string,
  account: AccountSetup,
  scope?: string,
): Answer | null {
  if (!authorization?.startsWith('Bearer ')) return errorResponse(401);
  if (authorization !== `Bearer ${key}` || account.keyRevoked)
    return errorResponse(401, 'The provided authorization grant is invalid, expired, or revoked');
  return scope === undefined || account.scopes.includes(scope) ? null : errorResponse(403);
}
