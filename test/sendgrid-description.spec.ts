import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkMail } from '../apps/sandbox/src/simulators/sendgrid/mail/mail-rules.policy.ts';
import type { EmailMessage } from '../apps/email/src/email-message.ts';
import { MailBuilder } from '../apps/email/src/providers/sendgrid/send/sendgrid.mail.adapter.ts';
import { toMailData } from '../apps/email/src/providers/sendgrid/send/sendgrid.request.policy.ts';
import { haveOfficial, officialOf } from './official.ts';

const official = haveOfficial ? describe : describe.skip;
const problemsIn = () => {
  const { request } = officialOf('sendgrid/tsg_mail_v3.json');
  return (body: unknown) => request('post', '/v3/mail/send', body);
};

const optionally = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 äé,;"]{0,20}[a-z]$/);
const plain = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,20}[a-z]$/);
const id = fc.stringMatching(/^[A-Za-z0-9._@-]{1,20}$/);
const flag = optionally(fc.boolean());
const box = fc.record({ email: fc.stringMatching(/^[a-z]{3,9}$/).map((name) => `${name}@inbox.test`), name: word });
const sendgrid = fc.record(
  {
    asm: optionally(
      fc.record({
        groupId: fc.integer({ min: 1, max: 9_999 }),
        groupsToDisplay: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 25 }),
      }),
    ),
    ipPoolName: optionally(word),
    categories: optionally(fc.uniqueArray(plain, { maxLength: 4 })),
    clickTrackingInText: flag,
    ganalytics: optionally(fc.record({ source: word, medium: word, term: word, content: word, campaign: word })),
    bypassSpamManagement: flag,
    bypassBounceManagement: flag,
    bypassUnsubscribeManagement: flag,
  },
  { requiredKeys: [] },
);
const content = fc.oneof(
  fc.record({ subject: word, text: word, html: optionally(word.map((text) => `<p>${text}</p>`)) }),
  fc.record({
    template: fc.record({
      name: fc.constant('d-13b8f94fbcae4ec6b75270d6cb59f932'),
      variables: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()),
    }),
  }),
);
const more = fc.record({
  cc: optionally(fc.constant([{ email: 'cc@other.test' }])),
  replyTo: optionally(
    fc.oneof(box, fc.uniqueArray(box, { selector: ({ email }) => email, minLength: 1, maxLength: 5 })),
  ),
  headers: optionally(fc.dictionary(fc.stringMatching(/^X-[A-Z][a-z]{1,8}$/), word)),
  attachments: optionally(
    fc.array(
      fc.record(
        { filename: word, contentType: fc.constant('image/png'), content: fc.constant('iVBORw0KGgo='), contentId: id },
        { requiredKeys: ['filename', 'content'] },
      ),
      { maxLength: 3 },
    ),
  ),
  tags: optionally(fc.uniqueArray(word, { maxLength: 6 })),
  tracking: optionally(fc.record({ opens: flag, clicks: flag })),
  ipPool: optionally(word),
  sandbox: flag,
  link: optionally(fc.constant('https://email.acme.test/unsubscribe/token')),
  providerOptions: optionally(fc.record({ sendgrid })),
});

/** A request of any shape that the contract takes, as the channel hands it on. */
const message = fc.tuple(box, content, more).map(([to, what, { link, ...rest }]): EmailMessage => {
  // As JSON: what is undefined is not there.
  const parts = JSON.parse(JSON.stringify({ ...what, ...rest, to: [to] })) as Parameters<typeof anEmailRequest>[0];
  const request = anEmailRequest({ text: undefined, subject: undefined, ...parts });
  const headers = {
    ...request.headers,
    'List-Unsubscribe': `<${link}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
  return {
    ...request,
    from: { email: 'news@acme.test' },
    ...(link && { unsubscribeUrl: link, headers, category: 'marketing' }),
  };
});
const requests = message.map(async (of) => {
  const reference = {
    messageId: of.messageId,
    tenant: 'default',
    lane: 'bulk',
    hop: 1,
    attempt: 1,
    callId: 'call-1',
    traceparent: '00-a-b-01',
  } as const;
  return (await new MailBuilder().requestOf(toMailData([{ message: of, reference }]))).body;
});

it('whatever the contract takes, the sandbox takes as SendGrid would', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (body) => {
      expect(checkMail(JSON.parse(JSON.stringify(await body)), Date.UTC(2030, 0, 1))).toMatchObject({ ok: true });
    }),
    { numRuns: 500 },
  );
});

official('SendGrid’s own description (skipped where provider-specs is not beside the repository)', () => {
  it('fits whatever we ask of it, and names every field that we use', async () => {
    const problems = problemsIn();
    await fc.assert(
      fc.asyncProperty(requests, async (body) => {
        expect(problems(JSON.parse(JSON.stringify(await body)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what it should: the check itself can fail', () => {
    const problems = problemsIn();
    expect(problems({ from: { email: 'a@b.test' } })).not.toEqual([]);
    expect(
      problems({
        from: { email: 'a@b.test' },
        personalizations: [{ to: [{ email: 'a@b.test' }] }],
        asm: { groupId: 1 },
      }),
    ).not.toEqual([]);
    expect(
      problems({
        from: { email: 'a@b.test' },
        personalizations: [{ to: [{ email: 'a@b.test' }] }],
        asm: { group_id: 1 },
      }),
    ).toEqual([]);
  });
});
