import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { brokenCallFailure, CallBroken, ProviderHttp } from '../src/provider-http.adapter.ts';

describe('a call to a provider', () => {
  let server: Server | undefined;
  let http: ProviderHttp | undefined;

  const aProvider = async (answer: (request: IncomingMessage, response: ServerResponse) => void, timeoutMs = 1_000) => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    http = new ProviderHttp('X_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs);
    return http;
  };
  const post = { method: 'POST', path: '/send', headers: {}, body: '{}' } as const;
  const broken = (call: Promise<unknown>) =>
    call.then(
      () => {
        throw new Error('it was answered');
      },
      (error: unknown) => error as CallBroken,
    );

  afterEach(async () => {
    await http?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it('returns the response with status, headers and body', async () => {
    const provider = await aProvider((_, response) => response.writeHead(202, { 'x-message-id': 'abc' }).end('taken'));
    expect(await provider.call(post)).toMatchObject({ status: 202, headers: { 'x-message-id': 'abc' }, body: 'taken' });
  });

  it('is unconfirmed when the connection breaks after the request was written', async () => {
    const provider = await aProvider((request) => request.socket.destroy());
    const error = await broken(provider.call(post));
    expect(error).toMatchObject({ written: true });
    expect(brokenCallFailure('sendgrid', error)).toMatchObject({ kind: 'unknown' });
  });

  it('is unconfirmed when the response does not arrive in time', async () => {
    const provider = await aProvider(() => {}, 100);
    expect(await broken(provider.call(post))).toMatchObject({ written: true, code: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  it('is unconfirmed when the response is cut off', async () => {
    const provider = await aProvider((_, response) => {
      response.writeHead(201, { 'content-length': '1000' }).write('{"sid":');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await broken(provider.call(post))).toMatchObject({ written: true });
  });

  it('is certainly not accepted when nothing listens', async () => {
    const provider = new ProviderHttp('X_BASE_URL', 'http://127.0.0.1:1', 1_000);
    const error = await broken(provider.call(post));
    expect(brokenCallFailure('sendgrid', error)).toMatchObject({ kind: 'transient', retry: 'failover' });
    await provider.close();
  });

  it('writes nothing when it may not start any more', async () => {
    let requests = 0;
    const provider = await aProvider((_, response) => {
      requests += 1;
      response.end();
    });
    expect(await broken(provider.call({ ...post, mayStillSend: () => false }))).toMatchObject({
      written: false,
      code: 'MSG_NOT_STARTED',
    });
    expect(await provider.call(post)).toMatchObject({ status: 200 });
    expect(requests).toBe(1);
  });

  it('refuses plain http to any other host than this machine', () => {
    expect(() => new ProviderHttp('SENDGRID_BASE_URL', 'http://api.sendgrid.com', 1_000)).toThrow(
      /SENDGRID_BASE_URL must begin with https/,
    );
    expect(() => new ProviderHttp('SENDGRID_BASE_URL', 'http://127.0.0.1.evil.test', 1_000)).toThrow(/https/);
  });
});
