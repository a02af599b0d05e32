import type { Problem } from '#libs/runtime';
import { NotFoundException, UnauthorizedException } from '@nestjs/common';

export function unauthorized(): UnauthorizedException {
  const problem: Problem = {
    code: 'MSG_UNAUTHORIZED',
    message: 'a valid access token is needed',
    remedy:
      'Send "Authorization: Bearer <token>" with a token of REPORTING_TOKEN; npm start keeps the first one in ' +
      '.data/admin-token.',
  };
  return new UnauthorizedException(problem);
}

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
