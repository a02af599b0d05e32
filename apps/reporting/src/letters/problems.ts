import type { Problem } from '#libs/runtime';
import { ConflictException, type HttpException } from '@nestjs/common';

/** There are more than the preview showed. */
export function stalePreview(now: number, shown: number): HttpException {
  const problem: Problem = {
    code: 'MSG_PREVIEW_STALE',
    message: `atMost: ${shown} were shown, and ${now} are meant now`,
    remedy: 'Look at the preview again, and send its total as atMost. Nothing was done.',
  };
  return new ConflictException(problem);
}

/** @param why a sentence that says how the message stands */
export function notAsItStands(why: string, remedy = 'Look at its timeline: GET /v1/messages/{channel}/{messageId}.') {
  const problem: Problem = { code: 'MSG_COULD_SEND_TWICE', message: why, remedy };
  return new ConflictException(problem);
}
