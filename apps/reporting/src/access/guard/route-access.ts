import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditAction } from '../audit/audit.port.ts';
import type { Caller, Scope } from '../caller.policy.ts';

/** What a route declares by `@Access`. */
export interface RouteAccess {
  scope: Scope;
  /** It shows or changes what concerns every tenant: a caller of some is refused. */
  allTenants: boolean;
  audited: AuditAction | undefined;
}

export const ROUTE_ACCESS = 'route access';

/** @throws TypeError for a handler without `@Access` */
export function accessOf(context: Pick<ExecutionContext, 'getHandler'>): RouteAccess {
  const handler = context.getHandler();
  const declared = Reflect.getMetadata(ROUTE_ACCESS, handler) as RouteAccess | undefined;
  if (!declared) throw new TypeError(`${handler.name} has a guard and no @Access: say which scope it needs`);
  return declared;
}

const callers = new WeakMap<FastifyRequest, Caller>();

export const keepCaller = (request: FastifyRequest, caller: Caller): void => void callers.set(request, caller);

/** @throws TypeError where no guard has let the request in */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new TypeError('a handler asks for its caller, and its route has no @Access');
  return caller;
}
