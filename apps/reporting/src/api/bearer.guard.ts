import { BearerTokens } from '#libs/runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReportingConfig } from '../reporting.config.ts';
import { unauthorized } from './problem.ts';

/** Lets in who holds one of the configured tokens. */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly tokens: BearerTokens;

  constructor(@Inject(ConfigService) config: ConfigService<ReportingConfig, true>) {
    this.tokens = new BearerTokens(config.get('REPORTING_TOKEN', { infer: true }));
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const seen = this.tokens.look(http.getRequest<FastifyRequest>().headers.authorization);
    if (seen === 'good') return true;
    void http
      .getResponse<FastifyReply>()
      .header('www-authenticate', `Bearer realm="reporting"${seen === 'wrong' ? ', error="invalid_token"' : ''}`);
    throw unauthorized();
  }
}
