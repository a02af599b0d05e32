import type { Answer } from '../answer.ts';
import { refusal, withoutUserAgent } from './error.policy.ts';

export interface Caller {
  authorization?: string | undefined;
  'user-agent'?: string | undefined;
}

/** Null when the caller may go on, else the refusal. */
export function checkCaller(caller: Caller, key: string): Answer | null {
  if (!caller['user-agent']) return withoutUserAgent;
  if (!caller.authorization?.startsWith('Bearer ')) return refusal('missing_api_key');
  return caller.authorization === `Bearer ${key}` ? null : refusal('invalid_api_key');
}
