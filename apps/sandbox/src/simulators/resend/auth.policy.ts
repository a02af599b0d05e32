import type { Answer } from '../../core/response.ts';
import { refusal, withoutUserAgent } from './error.policy.ts';

export interface Caller {
  authorization?: string | undefined;
  'user-agent'?: string | undefined;
}

/**
 * Null when the caller may go on, else the refusal.
 * @param permissionOf what a key may do; undefined: it is none
 * @param needs what the request takes; undefined: a key that may send
 */
export function checkCaller(
  caller: Caller,
  permissionOf: (key: string) => 'full_access' | 'sending_access' | undefined,
  needs?: 'full_access',
): Answer | null {
  if (!caller['user-agent']) return withoutUserAgent;
  if (!caller.authorization?.startsWith('Bearer ')) return refusal('missing_api_key');
  const permission = permissionOf(caller.authorization.slice('Bearer '.length));
  if (!permission) return refusal('invalid_api_key');
  return needs === undefined || permission === needs
    ? null
    : refusal('restricted_api_key', 'This API key is restricted to only send emails');
}
