import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReportingConfig } from '../reporting.config.ts';
import { unauthorized } from './problem.ts';

/** Lets in who holds one of the configured tokens. Digests are compared, so that neither time nor length tells anything. */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly accepted: Buffer[];

  constructor(@Inject(ConfigService) config: ConfigService<ReportingConfig, true>) {
    this.accepted = config.get('REPORTING_TOKEN', { infer: true }).split(',').map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { authorization } = http.getRequest<FastifyRequest>().headers;
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && this.knows(given)) return true;
    const challenge = given === undefined ? 'Bearer realm="reporting"' : 'Bearer realm="reporting", error="invalid_token"';
    void http.getResponse<FastifyReply>().header('www-authenticate', challenge);
    throw unauthorized();
  }

  private knows(token: string): boolean {
    const given = digest(token);
    return this.accepted.reduce((known, accepted) => timingSafeEqual(accepted, given) || known, false);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
