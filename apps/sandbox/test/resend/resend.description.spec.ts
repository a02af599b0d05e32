import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { haveOfficial, officialOf, type Official } from '../../../../test/official.ts';
import type { Sandbox } from '../../src/sandbox.ts';
import { aReceiver, until, type Receiver } from '../receiver.ts';
import { running } from '../running.ts';

const email = { from: 'Shop <shop@messaging.test>', to: ['ada@inbox.test'], subject: 'Hello', text: 'Hello Ada' };

(haveOfficial ? describe : describe.skip)(
  'Resend’s own description (skipped where provider-specs is not beside the repository)',
  () => {
    let official: Official;
    let sandbox: Sandbox;
    let receiver: Receiver;
    beforeAll(async () => {
      official = officialOf('resend/resend.yaml');
      receiver = await aReceiver();
      sandbox = await running({
        SANDBOX_RESEND_API_KEY: 're_test',
        SANDBOX_RESEND_RATE_PER_S: '1000',
        SANDBOX_RESEND_WEBHOOK_URL: receiver.url,
      });
    });
    afterAll(async () => {
      await sandbox.close();
      await receiver.close();
    });

    /** Sends a request, checks the response against the description, and returns it. */
    const ask = async (
      method: string,
      path: string,
      body?: unknown,
      asDescribed = path,
      known: readonly string[] = [],
    ) => {
      const headers = { authorization: 'Bearer re_test', 'content-type': 'application/json', 'user-agent': 'test' };
      const answer = await fetch(sandbox.url + path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const given = (await answer.json()) as { id: string; data: { id: string }[] };
      const problems = official.answer(method.toLowerCase(), asDescribed, answer.status, given);
      expect({ path, problems: problems.filter((problem) => !known.some((fault) => problem.includes(fault))) }).toEqual(
        { path, problems: [] },
      );
      return given;
    };
    // The description does not allow null in these lists, and the real API leaves the fields out; Resend's own library
    // types allow null and contain them.
    const faultsOfEmail = [
      '/bcc must be array',
      '/cc must be array',
      '/reply_to must be array',
      '/html must be string',
      '"scheduled_at"',
      '"tags"',
    ];

    it('matches the responses of sending, reading and listing', async () => {
      const { id } = await ask('POST', '/emails', email);
      await ask('POST', '/emails/batch', [email, email]);
      await ask('GET', `/emails/${id}`, undefined, '/emails/{email_id}', faultsOfEmail);
      await ask('GET', '/emails', undefined, '/emails', faultsOfEmail);
    });

    it('matches templates', async () => {
      const { id } = await ask('POST', '/templates', {
        name: 'order',
        html: '<p>{{{A}}}</p>',
        variables: [{ key: 'A', type: 'string', fallback_value: 'x' }],
      });
      await ask('POST', `/templates/${id}/publish`, undefined, '/templates/{id}/publish');
    });

    it('matches domains, webhooks and suppressions', async () => {
      await ask('GET', '/domains');
      const { data } = await ask('GET', '/webhooks');
      await ask('GET', `/webhooks/${data[0]!.id}`, undefined, '/webhooks/{webhook_id}');
      await ask('POST', '/suppressions', { email: 'ada@inbox.test' });
      await ask('GET', '/suppressions');
    });

    it('matches every type of event', async () => {
      const mailboxes = ['ada', 'bounce', 'full', 'dropped', 'deferred', 'failed', 'spam', 'click'];
      await ask('POST', '/emails', {
        ...email,
        to: mailboxes.map((name) => `${name}+events@inbox.test`),
        tags: [{ name: 'a', value: 'b' }],
        headers: { 'X-A': 'b' },
      });
      const kinds = [
        'sent',
        'delivered',
        'delivery_delayed',
        'bounced',
        'suppressed',
        'failed',
        'opened',
        'clicked',
        'complained',
      ];
      const events = () =>
        receiver.received
          .map(({ body }) => JSON.parse(body) as { type: string; data: { to: string[] } })
          .filter(({ data }) => data.to[0]!.includes('+events@'));
      await until(() => kinds.every((kind) => events().some(({ type }) => type === `email.${kind}`)));
      for (const event of events())
        expect({ type: event.type, problems: official.webhook(event.type, event) }).toEqual({
          type: event.type,
          problems: [],
        });
    });

    it('does not match everything: the check itself can fail', () => {
      expect(official.answer('post', '/emails', 200, { identity: '1' })).not.toEqual([]);
      expect(official.webhook('email.sent', { type: 3 })).not.toEqual([]);
    });
  },
);
