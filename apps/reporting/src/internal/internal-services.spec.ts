import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpException } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpInternalServices } from './internal-services.client.ts';

const problem = (code: string) => ({ code, message: `because of ${code}`, remedy: 'Do it otherwise.' });

describe('asking a service on its internal port', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  /** The services, of which e-mail answers so. */
  async function answering(
    answer: RequestListener,
    token: string | undefined = 'first-token-of-two,second-token',
    before = '',
  ) {
    server = createServer(answer);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new HttpInternalServices({
      INTERNAL_TOKEN: token,
      EMAIL_INTERNAL_URL: `${before}${url}/`,
      SMS_INTERNAL_URL: 'http://127.0.0.1:1',
      RETRY_INTERNAL_URL: 'http://127.0.0.1:1',
      INTERNAL_TIMEOUT_MS: 300,
    });
  }
  const withBody =
    (status: number, body: unknown): RequestListener =>
    (_, response) =>
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  const refusal = async (asked: Promise<unknown>) => {
    const error = (await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    )) as HttpException;
    return { status: error.getStatus(), body: error.getResponse() };
  };
  const holds = { method: 'GET', path: 'holds' } as const;

  it('sends the first of the tokens, and gives the answer', async () => {
    const services = await answering((request, response) =>
      response.end(JSON.stringify([request.url, request.headers.authorization])),
    );
    expect(await services.ask('email', holds)).toEqual(['/v1/holds', 'Bearer first-token-of-two']);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['answers nothing', () => undefined, /within 300 ms/],
    ['answers what is no JSON', withBody(200, '<html>'), /no JSON/],
    ['answers as no service of ours', withBody(418, { error: 'teapot' }), /answered 418/],
    ['does not accept the token', withBody(401, problem('MSG_UNAUTHORIZED')), /does not accept INTERNAL_TOKEN/],
    ['has its internal port off', withBody(404, problem('MSG_ROUTE_NOT_FOUND')), /internal port is off/],
    ['lacks its database', withBody(503, problem('MSG_INFRASTRUCTURE_DOWN')), /because of MSG_INFRASTRUCTURE_DOWN/],
    ['sends elsewhere', (_, response) => response.writeHead(302, { location: '/x' }).end(), /cannot be reached/],
    ['breaks off', (request) => request.socket.destroy(), /cannot be reached/],
  ])('counts it as away, by its name, where it %s', async (_, answer, words) => {
    const away = await refusal((await answering(answer)).ask('email', holds));
    expect(away).toEqual({
      status: 503,
      body: {
        code: 'MSG_SERVICE_AWAY',
        message: expect.stringMatching(words),
        remedy: expect.stringContaining('EMAIL_INTERNAL_URL'),
      },
    });
    expect((away.body as { message: string }).message).toMatch(/^the email service cannot be asked: /);
  });

  it('counts it as away where nothing listens, or there is no token to ask with', async () => {
    const nowhere = await refusal((await answering(withBody(200, {}))).ask('sms', holds));
    expect(nowhere.body).toMatchObject({ message: expect.stringMatching(/^the sms service .*cannot be reached/) });
    server!.close();
    const off = await answering(withBody(200, {}), '');
    expect((await refusal(off.ask('email', holds))).status).toBe(503);
  });

  it('asks another replica where one cannot be reached, and each of them where each is to say how it is', async () => {
    await answering(withBody(200, {}));
    const gone = `http://127.0.0.1:${(server!.address() as AddressInfo).port}`;
    await new Promise((resolve) => server!.close(resolve));
    const services = await answering(withBody(200, { replica: 'two' }), undefined, `${gone}, `);
    expect(await services.ask('email', holds)).toEqual({ replica: 'two' });
    expect(await services.askEach('email', holds)).toEqual([
      { address: gone, answer: null },
      { address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), answer: { replica: 'two' } },
    ]);
  });

  it('asks nobody else where the first may have done what it was asked for', async () => {
    let asked = 0;
    const breaksOff: RequestListener = (request) => {
      asked += 1;
      request.socket.destroy();
    };
    const services = await answering(breaksOff);
    const config = {
      ...services.config,
      EMAIL_INTERNAL_URL: [1, 2].map(() => services.config.EMAIL_INTERNAL_URL).join(),
    };
    await refusal(new HttpInternalServices(config).ask('email', { method: 'POST', path: 'suppressions' }));
    expect(asked).toBe(1);
  });

  it.each([400, 404, 409])('passes on what it refuses with %d, in its own words', async (status) => {
    const refused = { ...problem('MSG_NOT_FOUND'), fields: [{ field: 'id', rule: 'must be a UUID' }] };
    const passed = await refusal((await answering(withBody(status, refused))).ask('email', holds));
    expect(passed).toEqual({ status, body: refused });
  });
});
