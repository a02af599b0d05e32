import { anEmailRequest } from '#libs/testing';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Resend } from 'resend';
import { checkEmail } from '../apps/sandbox/src/simulators/resend/email/email-rules.policy.ts';
import type { EmailMessage } from '../apps/email/src/email-message.ts';
import { unsupported } from '../apps/email/src/providers/resend/send/resend.carry.policy.ts';
import { toEmail } from '../apps/email/src/providers/resend/send/resend.request.policy.ts';
import { haveOfficial, officialOf } from './official.ts';

const optionally = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 äé,.]{0,20}[a-z]$/);
const box = fc.record(
  { email: fc.stringMatching(/^[a-z]{3,9}$/).map((name) => `${name}@inbox.test`), name: word },
  { requiredKeys: ['email'] },
);
const content = fc.oneof(
  fc.record({ subject: word, text: word, html: optionally(word.map((text) => `<p>${text}</p>`)) }),
  fc.record({
    boundTo: fc.constant('resend'),
    template: fc.record({
      name: fc.uuid(),
      variables: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string(), fc.integer())),
    }),
  }),
);
const more = fc.record({
  cc: optionally(fc.constant([{ email: 'cc@other.test' }])),
  replyTo: optionally(fc.oneof(box, fc.array(box, { minLength: 1, maxLength: 5 }))),
  headers: optionally(fc.dictionary(fc.stringMatching(/^X-[A-Z][a-z]{1,8}$/), word)),
  attachments: optionally(
    fc.array(
      fc.record(
        {
          filename: word.map((name) => `${name}.png`),
          contentType: fc.constant('image/png'),
          content: fc.constant('iVBORw0KGgo='),
          contentId: fc.constant('logo'),
        },
        { requiredKeys: ['filename', 'content'] },
      ),
      { maxLength: 3 },
    ),
  ),
  tags: optionally(fc.uniqueArray(word, { maxLength: 6 })),
});

/** What goes over the wire for a request of any shape that the contract takes: the library's own doing included. */
const bodies = fc.tuple(box, content, more).map(async ([to, what, rest]) => {
  const request = anEmailRequest({ text: undefined, subject: undefined, ...what, ...rest, to: [to] } as Parameters<
    typeof anEmailRequest
  >[0]);
  const message = { ...request, ...what, from: { email: 'news@acme.test', name: 'Acme, Inc.' } } as EmailMessage;
  expect(unsupported(message)).toBeUndefined();
  const reference = {
    messageId: message.messageId,
    tenant: 'default',
    lane: 'bulk',
    hop: 1,
    attempt: 1,
    callId: 'call-1',
    traceparent: '00-a-b-01',
  } as const;
  return wire(toEmail({ message, reference }));
});

/** The body that the official library writes. */
async function wire(email: Parameters<Resend['emails']['send']>[0]): Promise<unknown> {
  let body: unknown;
  class Listening extends Resend {
    override fetchRequest<T>(_path: string, options?: { body?: unknown }): Promise<T> {
      body = JSON.parse(String(options?.body));
      return Promise.resolve({ data: { id: '1' }, error: null, headers: null } as T);
    }
  }
  await new Listening('re_test').emails.send(email);
  return body;
}

const account = {
  keyRevoked: false,
  permission: 'full_access',
  owner: 'me@home.test',
  domains: [{ name: 'acme.test', status: 'verified' }],
} as const;

it('whatever the contract takes, the sandbox takes as Resend would', async () => {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      expect(
        checkEmail(await body, { account: { ...account, domains: [...account.domains] }, isInBatch: false, now: 0 }),
      ).toMatchObject({ ok: true });
    }),
    { numRuns: 300 },
  );
});

(haveOfficial ? it : it.skip)(
  'Resend’s own description fits whatever we ask of it, and names every field that we use',
  async () => {
    const official = officialOf('resend/resend.yaml');
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const asked = (await body) as Record<string, unknown>;
        // The description wants a subject always, though a template may bring it.
        expect(official.request('post', '/emails', asked['template'] ? { subject: '', ...asked } : asked)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
);
