import { InfrastructureDown, MessagingError } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, throwError } from 'rxjs';

/**
 * One shape for every HTTP error: `{ code, message, remedy }`. Errors of record handlers are passed on as they are:
 * Nest would turn them into "Internal server error" and the transport could not tell them apart.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() === 'rpc') return throwError(() => error);
    const { status, body } = answer(error);
    if (status >= 500) this.logger.error({ err: error }, 'a request failed');
    void host.switchToHttp().getResponse<FastifyReply>().status(status).send(body);
  }
}

function answer(error: unknown): { status: number; body: Record<string, unknown> } {
  if (error instanceof HttpException) return { status: error.getStatus(), body: bodyOf(error) };
  if (error instanceof MessagingError) {
    const status = error instanceof InfrastructureDown ? 503 : 500;
    return { status, body: { code: error.code, message: error.message, remedy: error.remedy } };
  }
  // Fastify's own refusals (body too large, wrong media type) carry their status.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status < 500) return { status, body: { code: 'MSG_BAD_REQUEST', message: (error as Error).message } };
  return { status: 500, body: { code: 'MSG_INTERNAL', message: 'an unexpected error', remedy: 'Look it up in the service’s log by the time of the request.' } };
}

/** What Fastify cannot find a route for never gets as far as a filter: an address that is no URL. */
export function unroutable({ code, statusCode = 400 }: Pick<FastifyError, 'code' | 'statusCode'>, _request: FastifyRequest, reply: FastifyReply): void {
  const tooLong = code === 'FST_ERR_MAX_PARAM_LENGTH';
  void reply.code(statusCode).type('application/json').send({
    code: 'MSG_BAD_REQUEST',
    message: tooLong ? 'a part of the address is too long' : 'the address is not percent-encoded UTF-8',
    remedy: tooLong ? 'No id of ours has so many characters: check the address.' : 'Write each % of the address as %25, and any other character outside of ASCII as its bytes in UTF-8, such as %C3%A9.',
  });
}

/**
 * Fastify leaves a malformed query as it is, and what then cannot be read is passed over: a filter that does not filter. Of the APIs
 * only: what a person clicks or a provider calls is not turned away for what it does not need.
 */
export function refuseMalformedQuery(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (!request.url.startsWith('/v1/') || isDecodable(request.url.slice(request.url.indexOf('?') + 1))) return done();
  unroutable({ code: 'FST_ERR_BAD_URL', statusCode: 400 }, request, reply);
}

function isDecodable(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

/** Ours carry code and words already; Nest's own (an unknown route, malformed JSON) are brought into the same shape. */
function bodyOf(error: HttpException): Record<string, unknown> {
  const body = error.getResponse();
  if (typeof body === 'object' && 'code' in body) return body as Record<string, unknown>;
  const missing = error.getStatus() === 404;
  return {
    code: missing ? 'MSG_NO_SUCH_ROUTE' : 'MSG_BAD_REQUEST',
    message: missing ? 'there is nothing at this address' : 'the request could not be read',
    remedy: missing ? 'The API is described at /docs of the reporting service.' : 'Send well-formed JSON with the content type application/json.',
  };
}
