import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { haveOfficial, officialOf } from '../../../../test/official.ts';
import type { Sandbox } from '../../src/sandbox.ts';
import { until } from '../receiver.ts';
import { aMailTo, apiKey, listed, running, sendGridOf, withAccount } from '../running.ts';

(haveOfficial ? describe : describe.skip)(
  'SendGrid’s own descriptions (skipped where provider-specs is not beside the repository)',
  () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await running();
    });
    afterAll(() => sandbox.close());

    /** Sends a request, checks the response against the description, and returns it. */
    const against = (file: string) => {
      const official = officialOf(`sendgrid/${file}.json`);
      return async (
        method: string,
        path: string,
        {
          body,
          as = path,
          known = [],
          key = apiKey,
        }: { body?: unknown; as?: string; known?: readonly string[]; key?: string } = {},
      ) => {
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
        const answer = await fetch(sandbox.url + path, {
          method,
          headers,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const given = (await answer.json()) as { id: string };
        const problems = official.answer(method.toLowerCase(), as.split('?', 1)[0]!, answer.status, given);
        expect({
          path,
          problems: problems.filter((problem) => !known.some((fault) => problem.includes(fault))),
        }).toEqual({ path, problems: [] });
        return given;
      };
    };

    it('matches every refusal of a mail', async () => {
      const ask = against('tsg_mail_v3');
      const mail = {
        from: { email: 'shop@messaging.test' },
        personalizations: [{ to: [{ email: 'ada@inbox.test' }] }],
        subject: 'Hi',
        content: [{ type: 'text/plain', value: 'Hi' }],
      };
      // The description says that `help` is an object; SendGrid returns a URL or null (sendgrid/docs #3764).
      const known = ['/help must be object'];
      await ask('POST', '/v3/mail/send', { body: { ...mail, subject: 3 }, known });
      await ask('POST', '/v3/mail/send', { body: mail, key: 'SG.wrong', known });
      await ask('POST', '/v3/mail/send', { body: { ...mail, from: { email: 'shop@other.test' } }, known });
    });

    it('matches scopes, domains and senders', async () => {
      await withAccount(sandbox, { sendgrid: { senders: [{ email: 'ada@other.test', verified: true }] } });
      await against('tsg_scopes_v3')('GET', '/v3/scopes');
      await against('tsg_domain_authentication_v3')('GET', '/v3/whitelabel/domains');
      await against('tsg_verified_senders_v3')('GET', '/v3/verified_senders');
    });

    it('matches templates and their versions', async () => {
      const ask = against('tsg_templates_v3');
      // The description has only the ids of legacy templates; in SendGrid's own examples, those of dynamic ones begin
      // with `d-`.
      const { id } = await ask('POST', '/v3/templates', { body: { name: 'order' } });
      const of = { as: '/v3/templates/{template_id}/versions' };
      await ask('POST', `/v3/templates/${id}/versions`, {
        ...of,
        body: { name: 'first', subject: 'Hi', html_content: '<p>Hi</p>' },
      });
    });

    it('matches event webhooks', async () => {
      const ask = against('tsg_webhooks_v3');
      const path = '/v3/user/webhooks/event/settings';
      const { id } = await ask('POST', path, {
        body: { enabled: true, url: 'http://127.0.0.1:9/events', delivered: true },
      });
      await ask('GET', `${path}/all`);
      await ask('PATCH', `${path}/signed/${id}`, { as: `${path}/signed/{id}`, body: { enabled: true } });
    });

    it('matches the suppression lists and Email Activity', async () => {
      for (const name of ['bounce', 'blocked', 'invalid', 'spam'])
        await sendGridOf(sandbox).send(aMailTo(`${name}@inbox.test`));
      await until(async () =>
        (await listed(sandbox)).messages.every(
          ({ status, events }) => ['bounce', 'dropped'].includes(status) || events.length === 3,
        ),
      );
      const lists = against('tsg_suppressions_v3');
      for (const list of ['bounces', 'blocks', 'invalid_emails', 'spam_reports'])
        await lists('GET', `/v3/suppression/${list}`);
      const activity = against('tsg_email_activity_v3');
      await activity('GET', '/v3/messages?limit=10&query=status%3D%22processed%22', { as: '/v3/messages' });
    });
  },
);
