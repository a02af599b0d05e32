import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SANDBOX_LOG, type SandboxLog } from '../../sandbox.log.ts';
import { give } from './give.ts';
import { failureResponse } from './refusal.policy.ts';

/** What no handler answered: wrong paths, wrong verbs, unreadable bodies, our own bugs. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  constructor(@Inject(SANDBOX_LOG) private readonly log: SandboxLog) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const status = statusOf(error);
    if (status >= 500) {
      const { name, code } = error as { name?: string; code?: string };
      this.log.error({ name, code, status }, 'a request failed in the sandbox itself');
    }
    const known = status === 404 && request.url === '/v3/mail/send' ? 405 : status;
    give(host.switchToHttp().getResponse<FastifyReply>(), failureResponse(request.url, known, Date.now()));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
