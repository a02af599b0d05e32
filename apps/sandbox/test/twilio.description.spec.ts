import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { description, haveSpecs, violations } from '../../../test/provider-specs.ts';
import type { Sandbox } from '../src/sandbox.ts';
import { Form } from '../src/twilio/text.policy.ts';
import { accountSid, authToken, running } from './running.ts';

const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

(haveSpecs ? describe : describe.skip)('Twilio’s own description', () => {
  const api = () => description('twilio/twilio_api_v2010.messages.json');
  const content = () => description('twilio/twilio_content_v1.json');
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await running();
  });
  afterAll(() => sandbox.close());

  const ask = async (method: string, path: string, body?: string, type = 'application/x-www-form-urlencoded') => {
    const answer = await fetch(sandbox.url + path, { method, headers: { authorization, ...(body !== undefined && { 'content-type': type }) }, body });
    return { status: String(answer.status), body: (await answer.json()) as Record<string, unknown> };
  };
  const messages = `/2010-04-01/Accounts/${accountSid}/Messages`;
  const create = (fields: Record<string, string>) => ask('POST', `${messages}.json`, new URLSearchParams({ To: '+12025550123', From: '+15005550006', Body: 'Hi', ...fields }).toString());

  it('is followed by what is sent, fetched and listed', async () => {
    const of = api();
    const paths = { create: '/2010-04-01/Accounts/{AccountSid}/Messages.json', one: '/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json', account: '/2010-04-01/Accounts/{Sid}.json' };
    const schemaOf = (path: string, method: string, status: string) => of.paths[path]![method]!.responses[status]!.content!['application/json']!.schema;
    const created = await create({ SmartEncoded: 'true', ValidityPeriod: '60' });
    expect(violations(of, schemaOf(paths.create, 'post', created.status), created.body)).toEqual([]);
    const one = await ask('GET', `${messages}/${String(created.body['sid'])}.json`);
    expect(violations(of, schemaOf(paths.one, 'get', one.status), one.body)).toEqual([]);
    const list = await ask('GET', `${messages}.json?PageSize=1`);
    expect(violations(of, schemaOf(paths.create, 'get', list.status), list.body)).toEqual([]);
    const account = await ask('GET', `/2010-04-01/Accounts/${accountSid}.json`);
    expect(violations(of, schemaOf(paths.account, 'get', account.status), account.body)).toEqual([]);
  });

  it('names the same fields of a request', () => {
    const { schema } = api().paths['/2010-04-01/Accounts/{AccountSid}/Messages.json']!['post']!.requestBody!.content['application/x-www-form-urlencoded']!;
    expect(Object.keys(Form.shape).sort()).toEqual(Object.keys(schema.properties!).sort());
  });

  it('is followed by content templates', async () => {
    const of = content();
    const created = await ask('POST', '/v1/Content', JSON.stringify({ friendly_name: 'a', language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } } }), 'application/json');
    const schema = of.paths['/v1/Content']!['post']!.responses[created.status]!.content!['application/json']!.schema;
    expect(violations(of, schema, created.body)).toEqual([]);
    const one = await ask('GET', `/v1/Content/${String(created.body['sid'])}`);
    expect(violations(of, of.paths['/v1/Content/{Sid}']!['get']!.responses[one.status]!.content!['application/json']!.schema, one.body)).toEqual([]);
    const list = await ask('GET', '/v1/Content');
    expect(violations(of, of.paths['/v1/Content']!['get']!.responses[list.status]!.content!['application/json']!.schema, list.body)).toEqual([]);
  });
});
