import type { FastifyReply } from 'fastify';
import type { Answer } from '../response.ts';

/** Sends a response. A body that is text is sent unchanged. */
export function give(reply: FastifyReply, answer: Answer): void {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  void (answer.body === undefined ? reply.send() : reply.send(answer.body));
}
