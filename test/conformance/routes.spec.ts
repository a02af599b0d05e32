import { connect } from 'node:net';
import { once } from 'node:events';
import type { Route } from '#libs/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../../apps/email/src/email.config.ts';
import { EmailModule } from '../../apps/email/src/email.module.ts';
import { makeKey } from '../../apps/reporting/src/access/key/api-key.ts';
import { reporting } from '../../apps/reporting/src/reporting.definition.ts';
import { serveDocs } from '../../apps/reporting/src/api/docs/docs.ts';
import { RetryConfig } from '../../apps/retry/src/retry.config.ts';
import { RetryModule } from '../../apps/retry/src/retry.module.ts';
import { smsSchema } from '../../apps/sms/src/sms.config.ts';
import { SmsModule } from '../../apps/sms/src/sms.module.ts';
import { aGoodRequest, type Good, shutOut, unsubscribeKey } from './routes.ts';
import { type ChannelService, startService } from './service.ts';
import { serviceEnv } from './suites.ts';
import { CountedEvents, FinishedSpans } from './telemetry.ts';

const MIB = 1024 * 1024;
const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Whole, so that reporting looks it up; the channels take it as it is. */
const TOKEN = makeKey().key;

let services: ChannelService[] = [];
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const counts = new CountedEvents();
  const common = {
    HTTP_PORT: '0',
    RECIPIENT_HASH_KEY: 'only for the suite of routes',
    INTERNAL_TOKEN: TOKEN,
  };
  const links = { PUBLIC_URL: 'https://email.example.org', UNSUBSCRIBE_KEY: unsubscribeKey };
  services = await Promise.all([
    startService(
      { name: 'email', schema: emailSchema, module: EmailModule, env: { ...common, ...serviceEnv('email'), ...links } },
      spans,
      counts,
    ),
    startService(
      { name: 'sms', schema: smsSchema, module: SmsModule, env: { ...common, ...serviceEnv('sms') } },
      spans,
      counts,
    ),
    startService(
      { name: 'reporting', schema: reporting.schema, module: reporting.module, env: common, prepare: serveDocs },
      spans,
      counts,
    ),
    startService({ name: 'retry', schema: RetryConfig, module: RetryModule, env: common }, spans, counts),
  ]);
}, 60_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await spans.close();
}, 20_000);

interface Place extends Route {
  service: ChannelService;
}

/** Every route of every running service; those of the API's description apart, which the library serves. */
const places = (): Place[] =>
  services.flatMap((service) =>
    service.routes.filter(({ path }) => !path.startsWith('/docs')).map((route) => ({ ...route, service })),
  );
const nameOf = ({ service, method, path }: Place) => `${service.name}: ${method} ${path}`;
const at = ({ path }: Route) => path.replace(/:\w+/g, 'x').replaceAll('*', 'x');

interface Answer {
  status: number;
  type: string | null;
  allow: string | null;
  body: unknown;
}

const ask = (service: ChannelService, method: string, path: string, good?: Partial<Good>) =>
  askAt(service.urlAt(path), method, good);

async function askAt(url: string, method: string, { headers = {}, body }: Partial<Good> = {}): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    redirect: 'manual',
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    allow: answer.headers.get('allow'),
    body: json && text !== '' ? (JSON.parse(text) as unknown) : text,
  };
}

const ourShape = {
  code: expect.stringMatching(/^MSG_[A-Z_]+$/),
  message: expect.stringMatching(/\w/),
  remedy: expect.stringMatching(/\w/),
};
const refusedWith = (status: number, words: object = {}) => ({
  status,
  type: 'application/json; charset=utf-8',
  body: { ...ourShape, ...words },
});

/** Asks at each place, and holds what is answered against what is expected, so that a failure names all places. */
async function everywhere(
  of: (place: Place) => boolean,
  answer: (place: Place) => Promise<Answer>,
  expected: (place: Place) => object,
): Promise<number> {
  const asked = places().filter(of);
  const reported = await Promise.all(asked.map(async (place) => [nameOf(place), await answer(place)] as const));
  expect(Object.fromEntries(reported)).toMatchObject(
    Object.fromEntries(asked.map((place) => [nameOf(place), expected(place)])),
  );
  return asked.length;
}

const takesBody = ({ method }: Route) => writes.has(method);
const isWebhook = ({ path }: Route) => path.startsWith('/webhooks/');
const isPage = ({ path }: Route) => path.startsWith('/unsubscribe/');
const isGuarded = ({ path, method }: Route) => path.startsWith('/v1/') && method !== 'HEAD';

describe('every route of every service', () => {
  it('is known to this test, which has a good request for each', () => {
    const known = places().map((place) => `${place.method} ${place.path}`);
    expect(known).toEqual(
      expect.arrayContaining([
        'POST /webhooks/sendgrid',
        'POST /webhooks/resend',
        'POST /webhooks/twilio/status',
        'POST /webhooks/twilio/inbound',
        'GET /v1/messages/:channel/:messageId',
      ]),
    );
    for (const place of places())
      expect([place.path, aGoodRequest(place, TOKEN)]).toEqual([place.path, expect.anything()]);
  });

  it('refuses a body that is too large with 413, and says how much it takes', async () => {
    const large = { headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(MIB)}"` };
    const words = { code: 'MSG_BODY_TOO_LARGE', message: expect.stringContaining(`larger than ${MIB} bytes`) };
    expect(
      await everywhere(
        takesBody,
        (place) => ask(place.service, place.method, at(place), large),
        () => refusedWith(413, words),
      ),
    ).toBeGreaterThan(8);
  });

  it('refuses a body of a type that it does not read with 415; webhooks and the mail page take any', async () => {
    const odd = { headers: { 'content-type': 'application/x-odd', authorization: `Bearer ${TOKEN}` }, body: 'x' };
    const reads = (place: Route) => takesBody(place) && !isWebhook(place) && !isPage(place);
    expect(
      await everywhere(
        reads,
        (place) => ask(place.service, place.method, at(place), odd),
        () => refusedWith(415, { code: 'MSG_MEDIA_TYPE' }),
      ),
    ).toBeGreaterThan(3);
    await everywhere(
      isWebhook,
      (place) => ask(place.service, place.method, at(place), odd),
      () => refusedWith(403, { code: 'MSG_BAD_SIGNATURE' }),
    );
  });

  it('refuses JSON that is cut off with 400, without quoting it', async () => {
    const cut = {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: '{"recipient":"ada@inbox.test',
    };
    const reads = (place: Route) => takesBody(place) && !isWebhook(place) && !isPage(place);
    await everywhere(
      reads,
      (place) => ask(place.service, place.method, at(place), cut),
      () => refusedWith(400, { code: 'MSG_BAD_REQUEST', message: expect.not.stringContaining('ada') }),
    );
  });

  it.each([
    ['without a signature', {}],
    ['with a signature that does not fit', shutOut],
  ])('of a webhook refuses what comes %s with 403, as JSON, whatever it answers else', async (_, headers) => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/xml']) {
      const forged = { headers: { 'content-type': type, ...headers }, body: 'MessageSid=SM1' };
      expect(
        await everywhere(
          isWebhook,
          (place) => ask(place.service, place.method, at(place), forged),
          () => refusedWith(403, { code: 'MSG_BAD_SIGNATURE' }),
        ),
      ).toBe(4);
    }
  });

  it('of an API refuses who has no token with 401', async () => {
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
    expect(
      await everywhere(
        isGuarded,
        (place) => ask(place.service, place.method, at(place), takesBody(place) ? json : {}),
        () => refusedWith(401),
      ),
    ).toBeGreaterThan(8);
  });

  it('that cannot do its work while Kafka and PostgreSQL are away answers 503, and says which of them', async () => {
    for (const service of services) service.kafka('down');
    try {
      const needs = (place: Place) => aGoodRequest(place, TOKEN)?.needs === true;
      const good = (place: Place) => {
        const request = aGoodRequest(place, TOKEN)!;
        return ask(place.service, place.method, request.path, request);
      };
      const words = {
        code: 'MSG_INFRASTRUCTURE_DOWN',
        message: expect.stringMatching(/^(kafka|postgres) cannot be reached$/),
      };
      expect(await everywhere(needs, good, () => refusedWith(503, words))).toBeGreaterThan(10);
    } finally {
      for (const service of services) service.kafka('up');
    }
  }, 30_000);

  it('answers 400 where its address is not well-formed, without quoting it', async () => {
    for (const end of ['/%', '/%E0%A4%A', '/%ff']) {
      await everywhere(
        () => true,
        (place) => ask(place.service, place.method, at(place) + end),
        ({ method }) =>
          method === 'HEAD'
            ? { status: 400 }
            : refusedWith(400, { code: 'MSG_BAD_REQUEST', message: expect.stringMatching(/percent-encoded/) }),
      );
    }
  });

  it('answers 414 for an id that is longer than any', async () => {
    const named = ({ path }: Route) => path.includes(':') && !path.endsWith('*');
    const long = (place: Place) =>
      ask(place.service, place.method, at({ ...place, path: place.path.replace(/:\w+(?!.*:)/, 'x'.repeat(700)) }));
    expect(
      await everywhere(named, long, ({ method }) => (method === 'HEAD' ? { status: 414 } : refusedWith(414))),
    ).toBeGreaterThan(1);
  });

  it('of operators is not on the port of the webhooks, not even for who has a token, nor any on theirs', async () => {
    const other = ({ service, path }: Place) => (path.startsWith('/v1/') ? service.url : service.internalUrl!);
    const notThere = ({ method }: Place) =>
      method === 'HEAD' ? { status: 404 } : refusedWith(404, { code: 'MSG_ROUTE_NOT_FOUND' });
    const divided = ({ service }: Place) => service.internalUrl !== undefined;
    const asked = (place: Place, method: string) => {
      const { path, ...request } = aGoodRequest(place, TOKEN)!;
      return askAt(other(place) + path, method, request);
    };
    expect(await everywhere(divided, (place) => asked(place, place.method), notThere)).toBeGreaterThan(20);
    // Nor does a wrong method reveal that there is something.
    const inVain = (place: Place) => askAt(other(place) + at(place), 'DELETE');
    await everywhere(divided, inVain, () => refusedWith(404, { code: 'MSG_ROUTE_NOT_FOUND' }));
  });

  it('answers 404 beside its path', async () => {
    const beside = (place: Place) => ask(place.service, place.method, `${at(place)}/nothing/at/all`);
    // Whatever stands behind a link of ours belongs to its token.
    await everywhere(
      (place) => !isPage(place),
      beside,
      ({ method }) => (method === 'HEAD' ? { status: 404 } : refusedWith(404, { code: 'MSG_ROUTE_NOT_FOUND' })),
    );
  });

  it('answers 405 to a method that its path does not take, and names those that it takes', async () => {
    const methodsOf = (place: Place) =>
      places()
        .filter(({ service, path }) => service === place.service && path === place.path)
        .map(({ method }) => method);
    // A path of fixed words may stand beside one that takes any word in their place.
    const wrong = (place: Place) => ['DELETE', 'PATCH', 'PUT'].find((method) => !methodsOf(place).includes(method))!;
    await everywhere(
      () => true,
      (place) => ask(place.service, wrong(place), at(place)),
      (place) => ({
        ...refusedWith(405, { code: 'MSG_METHOD_NOT_ALLOWED' }),
        allow: expect.stringContaining(place.method),
      }),
    );
  });
});

describe('what is no request', () => {
  it.each([
    ['a greeting of another protocol', '\x16\x03\x01\x02\x00\x01\x00', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: here\r\nX: ${'y'.repeat(20 * 1024)}\r\n\r\n`, 431],
  ])('is refused in our shape: %s', async (_, bytes, status) => {
    const { hostname, port } = new URL(services[0]!.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (part) => (text += part.toString())).on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toEqual({ ...ourShape, code: 'MSG_BAD_REQUEST' });
  });
});
