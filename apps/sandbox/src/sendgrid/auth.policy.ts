import type { Answer } from '../answer.ts';
import { errorAnswer } from './error.policy.ts';

/** Null when the key is good, else the refusal. */
export function checkKey(authorization: string | undefined, key: string): Answer | null {
  if (authorization === `Bearer ${key}`) return null;
  if (!authorization?.startsWith('Bearer ')) return errorAnswer(401);
  return errorAnswer(401, 'The provided authorization grant is invalid, expired, or revoked');
}
