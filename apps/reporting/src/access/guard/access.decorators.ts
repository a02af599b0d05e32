import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { AuditAction } from '../audit/audit.port.ts';
import type { Caller, Scope } from '../caller.policy.ts';
import { AccessGuard } from './access.guard.ts';
import { AuditRefusals } from './audit-refusals.interceptor.ts';
import { callerOf, type RouteAccess, ROUTE_ACCESS } from './route-access.ts';

/**
 * Who may call a route. Every route of the API has it, and test/access-matrix.int-spec.ts fails for one that has not.
 * @param scope what the caller needs
 * @param tenants `all`: it concerns the whole platform, and a caller of some tenants is refused
 * @param audited for a route that changes or reveals something: what the audit calls it. The handler writes the row
 * of what was done in the transaction of the change; what was refused is written here.
 */
export const Access = (
  scope: Scope,
  { tenants, audited }: { tenants?: 'all'; audited?: AuditAction } = {},
): MethodDecorator =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { scope, allTenants: tenants === 'all', audited } satisfies RouteAccess),
    UseGuards(AccessGuard),
    ...(audited === undefined ? [] : [UseInterceptors(AuditRefusals)]),
    ApiExtension('x-scope', scope),
    ...(tenants === undefined ? [] : [ApiExtension('x-tenants', tenants)]),
  );

/** The caller, as a parameter of a handler: every handler shows only what this caller may see. */
export const CallerOfRequest = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
