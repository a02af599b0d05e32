import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { anAuthority, type Certified } from './certificates.ts';

export interface FileServer {
  port: number;
  /** What was asked for, as `GET /path`. */
  asked: string[];
  requests: IncomingMessage[];
  close: () => Promise<void>;
}

/** A certificate that this process trusts from now on. */
export function trusted(name: string): Certified {
  const authority = anAuthority('Files for tests');
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate]);
  return authority.issue(name);
}

/** An https server on all of loopback. */
export async function aFileServer({ certificate, key }: Certified, answer: RequestListener): Promise<FileServer> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer({ cert: certificate, key }, (incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    requests.push(incoming);
    answer(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, asked, requests, close };
}
