import type { FastifyReply } from 'fastify';
import type { Answer } from '../response.ts';

/** Sends an answer. A body that is text goes as it is. */
export function give(reply: FastifyReply, answer: Answer): void {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  void (answer.body === undefined ? reply.send() : reply.send(answer.body));
}
