import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReportingApi, token } from './reporting-api.ts';

const api = new ReportingApi();
const { ask } = api;

beforeAll(() => api.start(), 60_000);
afterAll(() => api.stop(), 30_000);

/**
 * Every GET of the API, from its own description: its path with a value for each parameter, and the names of its query
 * parameters.
 */
async function routes(): Promise<{ path: string; parts: string[]; query: Map<string, string | undefined> }[]> {
  interface Described {
    name: string;
    in: string;
    schema: { format?: string };
  }
  const { body } = await ask<{ paths: Record<string, { get?: { parameters: Described[] } }> }>('/docs/openapi.json');
  return Object.entries(body.paths).flatMap(([path, { get }]) => {
    if (!get || !path.startsWith('/v1/')) return [];
    const query = get.parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, schema }) => [name, schema.format] as const);
    return [
      {
        path: path.replace('{channel}', 'email').replace('{messageId}', 'm-1'),
        parts: path.split('/').filter((part) => part.startsWith('{')),
        query: new Map(query),
      },
    ];
  });
}

/** A client that sends a path unchanged. */
async function raw(path: string): Promise<{ status: number | undefined; body: unknown }> {
  const { hostname, port } = new URL(await api.service.app.getUrl());
  const asked = request({ hostname, port, path, headers: { authorization: `Bearer ${token}` } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await json(answer) };
}

describe('a URL that cannot be decoded', () => {
  const refusal = { code: 'MSG_BAD_REQUEST', message: expect.any(String), remedy: expect.any(String) };
  const malformed = ['%', '%2', '%zz', '%ff', '%E0%A4%A', '%C3%28', '%ED%A0%80'];

  it('is answered with 400 in our shape, whichever part of whichever path is malformed', async () => {
    for (const { path } of await routes()) {
      for (const bad of malformed) {
        const parts = path.split('/').slice(1);
        for (const index of parts.keys()) {
          for (const part of [bad, `${parts[index]}${bad}`]) {
            const { status, body } = await ask(`/${parts.with(index, part).join('/')}`);
            expect([path, bad, status, body]).toEqual([path, bad, 400, refusal]);
          }
        }
      }
    }
  });

  it('is answered with 400 in our shape, whichever value or name of whichever query is malformed', async () => {
    const all = await routes();
    expect(all.flatMap(({ query }) => [...query.keys()]).length).toBeGreaterThan(15);
    for (const { path, query } of all) {
      for (const bad of malformed) {
        for (const asked of [...[...query.keys()].map((name) => `${name}=${bad}`), `${bad}=1`, bad]) {
          const { status, body } = await ask(`${path}?${asked}`);
          expect([path, asked, status, body]).toEqual([path, asked, 400, expect.objectContaining(refusal)]);
        }
      }
    }
  });

  it('is answered with 400 where a time or a cursor is outside the years 1 to 9999', async () => {
    const odd = [
      '0000-01-01T00:00:00Z',
      '0000-12-31T23:59:59Z',
      '0001-01-01T00:00:00%2B14:00',
      '9999-12-31T23:59:59-14:00',
      '2030-02-30T00:00:00Z',
      '2030-01-31T24:00:00Z',
      '2030-01-31T12:60:00Z',
      '-000001-01-01T00:00:00Z',
      '%2B010000-01-01T00:00:00Z',
      '2030-01-31',
      '1e9',
      '0',
    ];
    const cursors = ['0000-01-01T00:00:00.000Z', '2030-02-30T00:00:00.000Z', '2030-01-31T99:99:99.999Z'].map((at) =>
      Buffer.from(`${at} 00000000-0000-0000-0000-000000000000`).toString('base64url'),
    );
    const asked = (await routes()).flatMap(({ path, query }) =>
      [...query].flatMap(([name, format]) =>
        (format === 'date-time' ? odd : name === 'cursor' ? cursors : []).map((value) => `${path}?${name}=${value}`),
      ),
    );
    expect(asked.length).toBeGreaterThanOrEqual(2 * odd.length + 2 * cursors.length);
    for (const url of asked) {
      const { status, body } = await ask(url);
      expect([url, status, body]).toEqual([
        url,
        400,
        { ...refusal, fields: expect.arrayContaining([expect.objectContaining({ rule: expect.any(String) })]) },
      ]);
    }
  });

  it('may contain the first and the last valid time', async () => {
    for (const query of [
      'since=0001-01-01T00:00:00Z',
      'until=9999-12-31T23:59:59.999Z',
      'since=0001-01-01T00:00:00Z&until=0001-01-02T00:00:00Z',
      'until=0001-01-02T00:00:00Z',
    ]) {
      expect([query, (await ask(`/v1/reports/summary?${query}`)).status]).toEqual([query, 200]);
    }
  });

  it('is answered with 400 for an id that no message can have, such as . and ..', async () => {
    for (const id of ['.', '..', '%2e%2e', '%2E', 'm%201', 'x'.repeat(201), '%00']) {
      expect([id, await raw(`/v1/messages/email/${id}`)]).toEqual([
        id,
        { status: 400, body: { ...refusal, fields: [expect.objectContaining({ field: 'messageId' })] } },
      ]);
    }
    expect(await raw(`/v1/messages/email/${'x'.repeat(700)}`)).toEqual({ status: 414, body: refusal });
  });
});
