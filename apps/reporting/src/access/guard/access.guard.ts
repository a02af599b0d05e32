import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  type HttpException,
  Inject,
  Injectable,
} from '@nestjs/common';
import { count, counters } from '#libs/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AccessConfig, accessConfig } from '../access.config.ts';
import { Audit } from '../audit/audit.port.ts';
import type { Authenticated } from '../authenticated.ts';
import { Authentication } from '../authentication.service.ts';
import { type Caller, mayDo, type Scope } from '../caller.policy.ts';
import { boundToTenants, challengeOf, lacksScope, noKey, unauthorized } from '../problems.ts';
import { addressOf } from '../rates/address.policy.ts';
import { secondsOf, tooManyFailures, tooManyRequests } from '../rates/problems.ts';
import { RequestRates } from '../rates/request-rates.ts';
import { refusalEntry } from './audit-refusals.interceptor.ts';
import { accessOf, keepCaller } from './route-access.ts';

/** Lets in who has a key or token with the scope that the route declares, and does not ask too often. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Authentication) private readonly authentication: Pick<Authentication, 'callerOf'>,
    @Inject(RequestRates) private readonly rates: RequestRates,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
    @Inject(accessConfig.KEY) private readonly config: AccessConfig,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { scope, allTenants, audited } = accessOf(context);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const caller = await this.authenticated(request, reply);
    const waitMs = await this.rates.take(caller.who);
    if (waitMs > 0) throw refusedFor(waitMs, reply, tooManyRequests);
    const refusal = refusalOf(caller, scope, allTenants);
    if (refusal) {
      if (audited) await this.audit.record(refusalEntry(request, caller, audited, 403));
      throw counted(refusal);
    }
    keepCaller(request, caller);
    return true;
  }

  /** Who sends no token has not tried one: that is refused, and does not count as a failed attempt. */
  private async authenticated(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const token = tokenOf(request);
    if (token === undefined) throw challenged({ refused: noKey }, reply, false);
    const now = new Date();
    const address = this.addressOf(request);
    const waitMs = await this.rates.blockedFor(address, token, now.getTime());
    if (waitMs > 0) throw refusedFor(waitMs, reply, tooManyFailures);
    const answer = await this.authentication.callerOf(token, now);
    if ('caller' in answer) {
      this.rates.remember(token, now.getTime());
      return answer.caller;
    }
    if (!answer.known) await this.rates.failed(address);
    throw challenged(answer, reply, true);
  }

  private addressOf({ socket, headers }: FastifyRequest): string {
    const trusted = this.config.REPORTING_TRUSTED_PROXIES;
    return addressOf(socket.remoteAddress ?? '', headers['x-forwarded-for'], trusted);
  }
}

function refusalOf(caller: Caller, scope: Scope, allTenants: boolean): HttpException | undefined {
  if (!mayDo(caller, scope)) return lacksScope(caller, scope);
  return allTenants && caller.tenants !== 'all' ? boundToTenants() : undefined;
}

const tokenOf = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];

function challenged(
  { refused, known }: Extract<Authenticated, { refused: unknown }>,
  reply: FastifyReply,
  given: boolean,
): HttpException {
  if (known) return counted(new ForbiddenException(refused));
  void reply.header('www-authenticate', challengeOf(given));
  return counted(unauthorized(refused));
}

function refusedFor(waitMs: number, reply: FastifyReply, problem: (seconds: number) => HttpException): HttpException {
  const seconds = secondsOf(waitMs);
  void reply.header('retry-after', String(seconds));
  return counted(problem(seconds));
}

function counted(refusal: HttpException): HttpException {
  const { code } = refusal.getResponse() as { code: string };
  count(counters.apiRefusals, { 'mi.api.code': code });
  return refusal;
}
