import { OperationId } from '#libs/contracts';
import { badRequest } from '#libs/runtime';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The caller’s name for what it asks for: the header Idempotency-Key. Undefined: it gave none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const given = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (given === undefined || given === '') return undefined;
  const { success, data } = OperationId.safeParse(given);
  if (!success) throw badRequest([{ field: 'Idempotency-Key', rule: 'may hold 1 to 100 letters, digits and . _ : -' }]);
  return data;
});
