import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { haveOfficial, officialOf } from '../../../../test/official.ts';
import type { Sandbox } from '../../src/sandbox.ts';
import { Form } from '../../src/simulators/twilio/messages/text.policy.ts';
import { accountSid, authToken, running } from '../running.ts';

const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

(haveOfficial ? describe : describe.skip)(
  'Twilio’s own description (skipped where provider-specs is not beside the repository)',
  () => {
    const api = () => officialOf('twilio/twilio_api_v2010.messages.json');
    const content = () => officialOf('twilio/twilio_content_v1.json');
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await running();
    });
    afterAll(() => sandbox.close());

    const ask = async (method: string, path: string, body?: string, type = 'application/x-www-form-urlencoded') => {
      const answer = await fetch(sandbox.url + path, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': type }) },
        body,
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const messages = `/2010-04-01/Accounts/${accountSid}/Messages`;
    const create = (fields: Record<string, string>) =>
      ask(
        'POST',
        `${messages}.json`,
        new URLSearchParams({ To: '+12025550123', From: '+15005550006', Body: 'Hi', ...fields }).toString(),
      );

    it('matches the responses of sending, reading and listing', async () => {
      const { answer } = api();
      const paths = {
        create: '/2010-04-01/Accounts/{AccountSid}/Messages.json',
        one: '/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json',
        account: '/2010-04-01/Accounts/{Sid}.json',
      };
      const created = await create({ SmartEncoded: 'true', ValidityPeriod: '60' });
      expect(answer('post', paths.create, created.status, created.body)).toEqual([]);
      const one = await ask('GET', `${messages}/${String(created.body['sid'])}.json`);
      expect(answer('get', paths.one, one.status, one.body)).toEqual([]);
      const list = await ask('GET', `${messages}.json?PageSize=1`);
      // The description says that these are whole URLs; in its own examples, and in Twilio's responses, they are paths.
      const paths2010 = ['/first_page_uri must match format "uri"', '/uri must match format "uri"'];
      expect(
        answer('get', paths.create, list.status, list.body).filter(
          (problem) => !paths2010.some((fault) => problem.startsWith(fault)),
        ),
      ).toEqual([]);
      expect(list.body).toMatchObject({
        uri: expect.stringMatching(/^\/2010-04-01\//),
        first_page_uri: expect.stringMatching(/^\/2010-04-01\//),
      });
      const account = await ask('GET', `/2010-04-01/Accounts/${accountSid}.json`);
      expect(answer('get', paths.account, account.status, account.body)).toEqual([]);
    });

    it('has the same fields of a request', () => {
      const described = api().fields(
        'post',
        '/2010-04-01/Accounts/{AccountSid}/Messages.json',
        'application/x-www-form-urlencoded',
      );
      expect(Object.keys(Form.shape).sort()).toEqual(described.sort());
    });

    it('matches content templates', async () => {
      const { answer } = content();
      const created = await ask(
        'POST',
        '/v1/Content',
        JSON.stringify({ friendly_name: 'a', language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } } }),
        'application/json',
      );
      expect(answer('post', '/v1/Content', created.status, created.body)).toEqual([]);
    });
  },
);
