import type { Answer } from '../../core/response.ts';
import { refusal, withoutUserAgent } from './error.policy.ts';

interface Caller {
  authorization?: string | undefined;
  'user-agent'?: string | undefined;
}

/**
 * Null when the caller may proceed, else the refusal.
 * @param own the account's key and its permission; without a permission it is revoked
 * @param needs the permission that the request needs; undefined: sending
 */
export function checkCaller(
  caller: Caller,
  own: { key: string; permission: 'full_access' | 'sending_access' | undefined },
  needs?: 'full_access',
): Answer | null {
  if (!caller['user-agent']) return withoutUserAgent;
  if (!caller.authorization?.startsWith('Bearer ')) return refusal('missing_api_key');
  if (caller.authorization !== `Bearer ${own.key}` || !own.permission) return refusal('invalid_api_key');
  return needs === undefined || own.permission === needs
    ? null
    : refusal('restricted_api_key', 'This API key is restricted to only send emails');
}
