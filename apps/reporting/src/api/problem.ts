import type { FieldError } from '#libs/contracts';
import { BadRequestException, NotFoundException, UnauthorizedException } from '@nestjs/common';

/** The one shape of every error the API answers with. */
export interface Problem {
  code: string;
  message: string;
  remedy: string;
  fields?: FieldError[];
}

export function badRequest(fields: FieldError[]): BadRequestException {
  const message = fields.map(({ field, rule }) => `${field}: ${rule}`).join('; ');
  const problem: Problem = { code: 'MSG_BAD_REQUEST', message, remedy: 'Correct the named fields; /docs tells what each may hold.', fields };
  return new BadRequestException(problem);
}

export function unauthorized(): UnauthorizedException {
  const problem: Problem = {
    code: 'MSG_UNAUTHORIZED',
    message: 'a valid access token is needed',
    remedy: 'Send "Authorization: Bearer <token>" with a token of REPORTING_TOKEN; npm start keeps the first one in .data/admin-token.',
  };
  return new UnauthorizedException(problem);
}

export function messageNotFound(): NotFoundException {
  const problem: Problem = {
    code: 'MSG_NOT_FOUND',
    message: 'no such message is known',
    remedy: 'Check channel, messageId and tenant. A request shows within a second of being published; look for its record in messaging.unreadable otherwise.',
  };
  return new NotFoundException(problem);
}
