import type { Answer } from '../../core/response.ts';
import { refusal, withoutUserAgent } from './error.policy.ts';

interface Caller {
  authorization?: string | undefined;
  'user-agent'?: string | undefined;
}

/**
 * Null when the caller may go on, else the refusal.
 * @param own the account's key and what it may do; no permission: it is revoked
 * @param needs what the request takes; undefined: a key that may send
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
