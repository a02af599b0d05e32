import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { catchError, from, mergeMap, type Observable, throwError } from 'rxjs';
import { Audit, type AuditAction, type AuditEntry } from '../audit/audit.port.ts';
import type { Caller } from '../caller.policy.ts';
import { accessOf, callerOf } from './route-access.ts';

/** Forbidden, not there (or not the caller's), or in contradiction to what is there: an attempt that was refused. */
const REFUSALS = new Set([403, 404, 409]);

/** Writes to the audit what a route that changes or reveals something refuses to do. */
@Injectable()
export class AuditRefusals implements NestInterceptor {
  constructor(@Inject(Audit) private readonly audit: Pick<Audit, 'record'>) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { audited } = accessOf(context);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return next.handle().pipe(
      catchError((error: unknown) => {
        const status = error instanceof HttpException ? error.getStatus() : undefined;
        const refused = () => throwError(() => error);
        if (audited === undefined || status === undefined || !REFUSALS.has(status)) return refused();
        return from(this.audit.record(refusalEntry(request, callerOf(request), audited, status))).pipe(
          mergeMap(refused),
        );
      }),
    );
  }
}

/** Names the route, not what the caller put into it: that may hold anything. */
export const refusalEntry = (
  { method, routeOptions }: FastifyRequest,
  { who, tenants }: Caller,
  action: AuditAction,
  status: number,
): AuditEntry => ({
  who,
  action,
  target: `${method} ${routeOptions.url ?? ''}`,
  tenants,
  outcome: 'refused',
  details: { status },
});
