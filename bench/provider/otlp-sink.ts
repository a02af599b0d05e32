/** The receiving end of OTLP over HTTP (protobuf): counts the spans and forgets them. */
import { createServer, type IncomingMessage } from 'node:http';
import { tell } from '../foundation/tell.ts';
import { countSpans } from './otlp-spans.ts';

let spans = 0;

process.on('message', () => tell({ kind: 'spans', count: spans }));

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    spans += countSpans(body);
    response.setHeader('content-type', 'application/x-protobuf').end();
  });
});
server.listen(0, '127.0.0.1', () => tell({ kind: 'ready', port: (server.address() as { port: number }).port }));

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
