import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_TYPE } from './problem.ts';

/** A URL for which Fastify finds no route, because it cannot be decoded, never reaches an exception filter. */
export function unroutable(
  { code, statusCode = 400 }: Pick<FastifyError, 'code' | 'statusCode'>,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const tooLong = code === 'FST_ERR_MAX_PARAM_LENGTH';
  void reply
    .code(statusCode)
    .header('content-type', JSON_TYPE)
    .send({
      code: 'MSG_BAD_REQUEST',
      message: tooLong ? 'a part of the address is too long' : 'the address is not percent-encoded UTF-8',
      remedy: tooLong
        ? 'No id of ours has so many characters: check the address.'
        : 'Write each % of the address as %25, and any other character outside of ASCII as its bytes in UTF-8, ' +
          'such as %C3%A9.',
    });
}

/**
 * Fastify does not validate a malformed query, and parameters that it cannot decode would be ignored: a filter that
 * does not filter. Checked for the APIs only: links that people click and webhooks are not refused for parameters that
 * they do not need.
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
