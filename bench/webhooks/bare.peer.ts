/** A bare Fastify handler that only parses what the webhooks hold: no signature, no mapping, no Kafka. */
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { tell } from '../foundation/tell.ts';

const app = new FastifyAdapter({ bodyLimit: 10 * 1024 * 1024 }).getInstance();
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
  done(null, Object.fromEntries(new URLSearchParams(String(body))));
});
app.post('/*', (_request, reply) => reply.code(204).send());
await app.listen({ port: 0, host: '127.0.0.1' });
tell({ kind: 'ready', port: (app.server.address() as { port: number }).port });
