import { BearerTokens, type Problem } from '#libs/runtime';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyReply, FastifyRequest } from 'fastify';

const off: Problem = {
  code: 'MSG_ROUTE_NOT_FOUND',
  message: 'the operator API is off',
  remedy: 'Set OPERATOR_TOKEN of this service.',
};
const refused: Problem = {
  code: 'MSG_UNAUTHORIZED',
  message: 'a valid access token is needed',
  remedy: 'Send "Authorization: Bearer <token>" with a token of OPERATOR_TOKEN.',
};

/** Lets in who holds one of the configured tokens; without any there is nothing here. */
@Injectable()
export class OperatorGuard implements CanActivate {
  private readonly tokens: BearerTokens | undefined;

  constructor(@Inject(ConfigService) config: ConfigService) {
    const tokens = config.get<string | undefined>('OPERATOR_TOKEN');
    this.tokens = tokens === undefined ? undefined : new BearerTokens(tokens);
  }

  canActivate(context: ExecutionContext): boolean {
    if (!this.tokens) throw new NotFoundException(off);
    const http = context.switchToHttp();
    const seen = this.tokens.look(http.getRequest<FastifyRequest>().headers.authorization);
    if (seen === 'good') return true;
    void http
      .getResponse<FastifyReply>()
      .header('www-authenticate', `Bearer realm="operators"${seen === 'wrong' ? ', error="invalid_token"' : ''}`);
    throw new UnauthorizedException(refused);
  }
}
