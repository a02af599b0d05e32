import type { Answer } from '../../core/response.ts';

export interface FieldProblem {
  message: string;
  field: string | null;
  help: string | null;
}

// The texts of tsg_mail_v3.json; 429 from the rate limit page, because that description lacks it.
const messages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'authorization required',
  403: 'access forbidden',
  404: 'not found',
  405: 'method not allowed',
  413: 'content too large',
  415: 'Content-Type should be application/json.',
  429: 'too many requests',
  500: 'internal server error',
  503: 'service unavailable',
};

export function errorResponse(status: number, message = messages[status] ?? 'request failed'): Answer {
  return { status, body: { errors: [{ message, field: null, help: null }] } };
}

/** Throttled: the header has the time of the reset, in unix seconds. */
export function throttled(now: number): Answer {
  const reset = String(Math.ceil(now / 1000) + 1);
  return {
    ...errorResponse(429),
    headers: { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
  };
}

export const badRequest = (errors: readonly FieldProblem[]): Answer => ({ status: 400, body: { errors } });

/** This response comes from the server before the API, and is not JSON. */
export const tooLarge: Answer = {
  status: 413,
  headers: { 'content-type': 'text/html' },
  body:
    '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n' +
    '<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
};
