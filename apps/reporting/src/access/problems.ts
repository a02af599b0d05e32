import type { FieldError } from '#libs/contracts';
import type { Problem } from '#libs/runtime';
import { ForbiddenException, type HttpException, NotFoundException, UnauthorizedException } from '@nestjs/common';
import type { Caller, Scope } from './caller.policy.ts';

export const HOW_TO_GET_ONE =
  'Send "Authorization: Bearer <key>" with an API key: an admin makes one with messaging keys create; npm start ' +
  'keeps its own in .data/api-key.';

export const noKey: Problem = {
  code: 'MSG_UNAUTHORIZED',
  message: 'an API key is needed',
  remedy: HOW_TO_GET_ONE,
};

/** @param wrong what is wrong with its form, in words that repeat nothing of it */
export const malformedKey = (wrong: string): Problem => ({
  code: 'MSG_KEY_MALFORMED',
  message: `this is no whole API key: ${wrong}`,
  remedy: 'Copy the key again, whole; where it is lost, revoke it and make another.',
});

export const unknownKey: Problem = {
  code: 'MSG_UNAUTHORIZED',
  message: 'this key or token is not known here',
  remedy: `Look whether it belongs to this installation. ${HOW_TO_GET_ONE}`,
};

export const revokedKey = (id: string): Problem => ({
  code: 'MSG_KEY_REVOKED',
  message: `the key ${id} was revoked`,
  remedy: 'Ask an admin why; messaging keys create makes another.',
});

export const expiredKey = (id: string, at: Date): Problem => ({
  code: 'MSG_KEY_EXPIRED',
  message: `the key ${id} expired at ${at.toISOString()}`,
  remedy: 'Ask an admin for another: messaging keys create --expires.',
});

/** A challenge as RFC 6750 has it comes with it: see challengeOf. */
export const unauthorized = (problem: Problem): HttpException => new UnauthorizedException(problem);

/** The value of WWW-Authenticate. @param given whether the caller sent a token */
export const challengeOf = (given: boolean): string =>
  `Bearer realm="reporting"${given ? ', error="invalid_token"' : ''}`;

export function lacksScope({ scopes }: Pick<Caller, 'scopes'>, needed: Scope): HttpException {
  const problem: Problem = {
    code: 'MSG_FORBIDDEN',
    message: `this needs the scope ${needed}; yours: ${scopes.join(', ') || 'none'}`,
    remedy: `Ask an admin for a key with the scope ${needed}, or for the role that has it.`,
  };
  return new ForbiddenException(problem);
}

/** What is asked for concerns the whole platform. */
export function boundToTenants(): HttpException {
  const problem: Problem = {
    code: 'MSG_FORBIDDEN',
    message: 'this concerns the whole platform, and your key sees some tenants only',
    remedy: 'Use a key of all tenants: an admin makes one with messaging keys create --all-tenants.',
  };
  return new ForbiddenException(problem);
}

/** The caller names a tenant that is not its own. @param field where it does */
export function foreignTenant(field: string): HttpException {
  const rule = 'must be a tenant of your own';
  const problem: Problem = {
    code: 'MSG_FORBIDDEN',
    message: `${field}: ${rule}`,
    remedy: 'Name a tenant of yours, or use a key that sees the one that is meant.',
    fields: [{ field, rule }],
  };
  return new ForbiddenException(problem);
}

/** The caller wants to give what it does not have. */
export function beyondYours(fields: FieldError[]): HttpException {
  const problem: Problem = {
    code: 'MSG_FORBIDDEN',
    message: fields.map(({ field, rule }) => `${field}: ${rule}`).join('; '),
    remedy: 'A key gets no more than the caller has: leave out what is named, or let somebody make it who has it.',
    fields,
  };
  return new ForbiddenException(problem);
}

export function keyNotFound(): HttpException {
  const problem: Problem = {
    code: 'MSG_NOT_FOUND',
    message: 'no such key is known',
    remedy: 'List them: messaging keys list --all. The id is the part of a key between mik_ and the next _.',
  };
  return new NotFoundException(problem);
}
