import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.port.ts';
import { Authentication } from '../authentication.service.ts';
import { type Caller, mayDo } from '../caller.policy.ts';
import { challengeOf, lacksScope, noKey, unauthorized } from '../problems.ts';
import { refusalEntry } from './audit-refusals.interceptor.ts';
import { accessOf, keepCaller } from './route-access.ts';

/** Lets in who has a key or token with the scope that the route declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Authentication) private readonly authentication: Pick<Authentication, 'callerOf'>,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { scope, audited } = accessOf(context);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const caller = await this.authenticated(request, http.getResponse<FastifyReply>());
    if (!mayDo(caller, scope)) {
      if (audited) await this.audit.record(refusalEntry(request, caller, audited, 403));
      throw lacksScope(caller, scope);
    }
    keepCaller(request, caller);
    return true;
  }

  private async authenticated(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const given = tokenOf(request);
    const answer = given === undefined ? { refused: noKey } : await this.authentication.callerOf(given, new Date());
    if ('caller' in answer) return answer.caller;
    void reply.header('www-authenticate', challengeOf(given !== undefined));
    throw unauthorized(answer.refused);
  }
}

const tokenOf = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
