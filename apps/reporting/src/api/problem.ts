import type { Problem } from '#libs/runtime';
import { NotFoundException } from '@nestjs/common';

export function messageNotFound(): NotFoundException {
  const problem: Problem = {
    code: 'MSG_NOT_FOUND',
    message: 'no such message is known',
    remedy:
      'Check channel, messageId and tenant. A request shows within a second of being published; look for its ' +
      'record in messaging.unreadable otherwise.',
  };
  return new NotFoundException(problem);
}
