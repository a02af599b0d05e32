import type { Logger } from '#libs/telemetry';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SANDBOX_LOG } from '../config.ts';
import { give } from './give.ts';
import { Simulators } from '../simulators.service.ts';
import { failureResponse, unroutedStatus } from './refusal.policy.ts';

/**
 * Errors of requests that no handler answered: wrong paths, wrong methods, unreadable bodies, faults of the sandbox.
 */
@Catch()
export class FailureFilter implements ExceptionFilter {
  constructor(
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly simulators: Simulators,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const status = statusOf(error);
    if (status >= 500) {
      const { name, code } = error as { name?: string; code?: string };
      this.log.error({ name, code, status }, 'a request failed in the sandbox itself');
    }
    const { all } = this.simulators;
    const { url } = request;
    const answer = failureResponse({ url, status: unroutedStatus(url, status, all), now: Date.now() }, all);
    give(host.switchToHttp().getResponse<FastifyReply>(), answer);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
