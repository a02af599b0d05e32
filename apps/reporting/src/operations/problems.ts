import type { Problem } from '#libs/runtime';
import { ConflictException, type HttpException, NotFoundException } from '@nestjs/common';

export function operationNotFound(): HttpException {
  const problem: Problem = {
    code: 'MSG_NOT_FOUND',
    message: 'no such operation is known',
    remedy: 'List them: messaging ops list. One that concerns tenants beyond those of your key is not shown.',
  };
  return new NotFoundException(problem);
}

/** The caller’s name for an operation is taken. Says nothing of the other operation: it may be somebody else’s. */
export function keyTaken(): HttpException {
  const problem: Problem = {
    code: 'MSG_IDEMPOTENCY_CONFLICT',
    message: 'this Idempotency-Key was used for something else',
    remedy: 'Use another key for another operation. The same request with the same key is the same operation.',
  };
  return new ConflictException(problem);
}

/** @param why a sentence */
export function notStoppable(why: string, remedy: string): HttpException {
  const problem: Problem = { code: 'MSG_OPERATION_ENDED', message: why, remedy };
  return new ConflictException(problem);
}
