import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { examineReadiness } from './readiness.ts';
import { examineStandstill } from './standstill.ts';

let server: Server;
let answer: string;
let url: string;

beforeEach(async () => {
  server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('the doctor, where something else answers at REPORTING_URL', () => {
  it.each(['{}', 'null', '[]', '"ok"', '{"status":"ok"}'])('says so: %s', async (given) => {
    answer = given;
    const [reporting] = (await examineReadiness({ REPORTING_URL: url })).filter(({ id }) => id === 'reporting.ready');
    expect(reporting).toMatchObject({ state: 'fail', seen: `what answers at ${url} is no service of this platform` });
    const stands = await examineStandstill({ REPORTING_URL: url, REPORTING_KEY: 'mik_x' });
    expect(new Set(stands.map(({ state, seen }) => `${state}: ${seen}`))).toEqual(
      new Set(['skipped: what answers at REPORTING_URL is not reporting']),
    );
  });
});
