import { createHash, timingSafeEqual } from 'node:crypto';
import { tokenOf } from '../made.ts';
import type { Problem } from './valid.pipe.ts';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** One or more access tokens, separated by commas, so that they can be rotated. */
export const accessTokens = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e]{16,}(?:,[\x21-\x2b\x2d-\x7e]{16,})*$/,
    'must be one or more tokens of at least 16 characters, separated by commas, without blanks',
  );

/** The access of a module's API. Each module that uses BearerGuard provides it as `API_ACCESS`. */
export interface ApiAccess {
  /** The API's name in the challenge, such as `reporting`. */
  realm: string;
  /** The setting of the tokens, and its value, tokens separated by commas; undefined: the API is off. */
  setting: string;
  tokens: string | undefined;
  /** An additional remedy for a caller without a token. */
  hint?: string;
}

export const API_ACCESS = tokenOf<ApiAccess>('api access');

/** Accepts callers that have one of the configured tokens; without any token the API is off. */
@Injectable()
export class BearerGuard implements CanActivate {
  /** Digests are compared, so that neither timing nor length reveals anything. */
  private readonly accepted: readonly Buffer[] | undefined;

  constructor(@Inject(API_ACCESS) private readonly access: ApiAccess) {
    this.accepted = access.tokens?.split(',').map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const { realm, setting, hint = '' } = this.access;
    if (!this.accepted) throw new NotFoundException(off(realm, setting));
    const http = context.switchToHttp();
    const given = /^Bearer +(\S+) *$/i.exec(http.getRequest<FastifyRequest>().headers.authorization ?? '')?.[1];
    if (given !== undefined && isOneOf(this.accepted, digest(given))) return true;
    const challenge = `Bearer realm="${realm}"${given === undefined ? '' : ', error="invalid_token"'}`;
    void http.getResponse<FastifyReply>().header('www-authenticate', challenge);
    throw new UnauthorizedException(unauthorized(setting, hint));
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isOneOf = (accepted: readonly Buffer[], seen: Buffer): boolean =>
  accepted.reduce((known, one) => timingSafeEqual(one, seen) || known, false);

const off = (realm: string, setting: string): Problem => ({
  code: 'MSG_ROUTE_NOT_FOUND',
  message: `the ${realm} API is off`,
  remedy: `Set ${setting} of this service.`,
});

const unauthorized = (setting: string, hint: string): Problem => ({
  code: 'MSG_UNAUTHORIZED',
  message: 'a valid access token is needed',
  remedy: `Send "Authorization: Bearer <token>" with a token of ${setting}${hint}.`,
});
