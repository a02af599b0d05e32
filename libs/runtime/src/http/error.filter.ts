import type { Logger } from '#libs/telemetry';
import { askedOf } from './http.ts';
import { answerTo, JSON_TYPE } from './problem.ts';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, throwError } from 'rxjs';

/**
 * One shape for every HTTP error: `{ code, message, remedy }`. Errors of record handlers are rethrown unchanged: Nest
 * would turn them into "Internal server error", and the transport could not distinguish them.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() === 'rpc') return throwError(() => error);
    const http = host.switchToHttp();
    const { status, body, allow } = answerTo(error, askedOf(http.getRequest<FastifyRequest>()));
    if (status >= 500) this.logger.error({ err: error }, 'a request failed');
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    if (allow !== undefined) reply.header('allow', allow);
    // A handler may have set the content type of its own response already.
    void reply.status(status).header('content-type', JSON_TYPE).send(body);
  }
}
