import { InfrastructureDown, MessagingError } from '#libs/contracts';
import { HttpException } from '@nestjs/common';

/** The body of every error response. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** The parts of a request that its error response depends on. */
export interface Parsed {
  method: string;
  /** The methods that its path allows; none: the path does not exist. */
  allowed: readonly string[];
  /** Maximum size of a body here, in bytes. */
  bodyLimit: number;
}

export interface ErrorAnswer {
  status: number;
  body: Record<string, unknown>;
  /** The allowed methods, where the method that was used is not allowed. */
  allow?: string;
}

const unexpected: ErrorAnswer = {
  status: 500,
  body: {
    code: 'MSG_INTERNAL',
    message: 'an unexpected error',
    remedy: 'Look it up in the service’s log by the time of the request.',
  },
};

/**
 * The response to a request that failed, in the one shape `{ code, message, remedy }`. Repeats nothing that the caller
 * sent.
 */
export function answerTo(error: unknown, asked: Parsed): ErrorAnswer {
  if (error instanceof MessagingError) {
    const status = error instanceof InfrastructureDown ? 503 : 500;
    return { status, body: { code: error.code, message: error.message, remedy: error.remedy } };
  }
  const status = statusOf(error);
  if (status === undefined) return unexpected;
  // Our own errors have code and text already; those of Nest and Fastify get ours.
  const body = error instanceof HttpException ? error.getResponse() : undefined;
  if (typeof body === 'object' && 'code' in body) return { status, body: body as Record<string, unknown> };
  return status < 500 ? refusal(status, asked) : { ...unexpected, status };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function refusal(status: number, { method, allowed, bodyLimit }: Parsed): ErrorAnswer {
  const answer = (code: string, message: string, remedy: string): ErrorAnswer => ({
    status,
    body: { code, message, remedy },
  });
  switch (status) {
    case 404:
      if (allowed.length > 0 && !allowed.includes(method)) return notThisWay(allowed);
      return answer(
        'MSG_ROUTE_NOT_FOUND',
        'there is nothing at this address',
        'The API is described at /docs of the reporting service.',
      );
    case 413:
      return answer(
        'MSG_BODY_TOO_LARGE',
        `the body is larger than ${bodyLimit} bytes, the most that is taken here`,
        'Send less in one request.',
      );
    case 415:
      return answer(
        'MSG_MEDIA_TYPE',
        'a body of this media type is not read here',
        'Send JSON with the content type application/json.',
      );
    default:
      return answer(
        'MSG_BAD_REQUEST',
        'the request could not be read',
        'Send well-formed JSON with the content type application/json.',
      );
  }
}

function notThisWay(allowed: readonly string[]): ErrorAnswer {
  const allow = allowed.toSorted().join(', ');
  return {
    status: 405,
    allow,
    body: {
      code: 'MSG_METHOD_NOT_ALLOWED',
      message: `this address takes ${allow} only`,
      remedy: 'Use one of these methods; /docs of the reporting service describes its API.',
    },
  };
}

/** The response to bytes that are not HTTP, by the code of Node's error. */
export function answerToNoRequest(code: string | undefined): ErrorAnswer {
  const answer = (status: number, message: string, remedy: string): ErrorAnswer => ({
    status,
    body: { code: 'MSG_BAD_REQUEST', message, remedy },
  });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return answer(408, 'the request did not come whole in time', 'Send it again, in one go.');
  if (code === 'HPE_HEADER_OVERFLOW') return answer(431, 'the headers are too large', 'Send fewer or shorter headers.');
  return answer(
    400,
    'this is no HTTP request that can be read',
    'Look what speaks to this port, and whether it should use TLS.',
  );
}
