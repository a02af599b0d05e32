/** A handler that only parses the same bodies: no signature, no mapping, no Kafka. */
import Fastify from 'fastify';
import { tell } from '../foundation/tell.ts';

const app = Fastify();
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))));
app.post('/*', (_request, reply) => reply.code(204).send());
const address = await app.listen({ host: '127.0.0.1', port: 0 });
tell({ kind: 'ready', port: Number(new URL(address).port) });
