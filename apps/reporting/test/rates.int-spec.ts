import { afterEach, describe, expect, it } from '@jest/globals';
import { makeKey } from '../src/access/key/api-key.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { ReportingApi, token } from './reporting-api.ts';

const summary = '/v1/reports/summary';
let api: ReportingApi;
const start = async (more: Record<string, string>) => {
  api = new ReportingApi(more);
  await api.start();
};
afterEach(() => api.stop(), 30_000);

const tries = async (times: number, options: Parameters<ReportingApi['ask']>[1]) => {
  const answers = [];
  for (let time = 0; time < times; time += 1) {
    const { status, body, headers } = await api.ask<{ code?: string }>(summary, options);
    answers.push({ status, code: body.code, retryAfter: headers['retry-after'] });
  }
  return answers;
};
const tooMany = {
  status: 429,
  code: 'MSG_TOO_MANY_REQUESTS',
  retryAfter: expect.stringMatching(/^([1-9]|[1-5]\d|60)$/),
};
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status);

describe('how often the API may be asked', () => {
  it('is limited for each key by itself, and says when to come again', async () => {
    await start({ REPORTING_RATE_PER_MINUTE: '5' });
    const { body } = await api.ask<MadeKeyResponse>('/v1/keys', {
      body: { name: 'other', scopes: ['operate'], tenants: 'all' },
    });
    const mine = await tries(6, {});
    expect(statuses(mine)).toEqual([200, 200, 200, 200, 429, 429]);
    expect(mine.at(-1)).toEqual(tooMany);
    // What lacks the scope counts as well.
    const other = await tries(6, { authorization: `Bearer ${body.key}` });
    expect(statuses(other)).toEqual([403, 403, 403, 403, 403, 429]);
  }, 60_000);

  it('is limited for each address whose attempts fail, and not for keys behind it that are accepted', async () => {
    await start({ REPORTING_FAILURES_PER_MINUTE: '3', REPORTING_TRUSTED_PROXIES: '1' });
    const from = (address: string, key: string) => ({
      authorization: `Bearer ${key}`,
      headers: { 'x-forwarded-for': `203.0.113.9, ${address}` },
    });
    const { body: fresh } = await api.ask<MadeKeyResponse>('/v1/keys', {
      body: { name: 'not used yet', scopes: ['read'], tenants: 'all' },
    });
    const guesses = [
      ...(await tries(2, from('192.0.2.1', 'mik_cut'))),
      ...(await tries(3, from('192.0.2.1', makeKey().key))),
    ];
    expect(statuses(guesses)).toEqual([401, 401, 401, 429, 429]);
    expect(guesses.at(-1)).toEqual(tooMany);
    expect(statuses(await tries(1, from('192.0.2.1', token)))).toEqual([200]);
    expect(await tries(1, from('192.0.2.1', fresh.key))).toEqual([tooMany]);
    expect(statuses(await tries(1, from('192.0.2.2', fresh.key)))).toEqual([200]);
    // Who sends no key has tried none.
    expect(statuses(await tries(5, { ...from('192.0.2.3', ''), authorization: '' }))).toEqual([
      401, 401, 401, 401, 401,
    ]);
    expect(statuses(await tries(1, from('192.0.2.3', 'x')))).toEqual([401]);
  }, 60_000);
});
