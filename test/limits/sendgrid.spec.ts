import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../../apps/email/src/email-message.ts';
import { unsupported, tooLarge } from '../../apps/email/src/providers/sendgrid/send/sendgrid.carry.policy.ts';
import { sendgridLimits } from '../../apps/email/src/providers/sendgrid/send/sendgrid.limits.ts';
import { MailBuilder } from '../../apps/email/src/providers/sendgrid/send/sendgrid.mail.adapter.ts';
import { toMailData } from '../../apps/email/src/providers/sendgrid/send/sendgrid.request.policy.ts';
import { simulatorCatalogue } from '../../apps/sandbox/src/simulators/catalogue.ts';
import { isTooLarge } from '../../apps/sandbox/src/core/gate/refusal.policy.ts';
import { checkMail } from '../../apps/sandbox/src/simulators/sendgrid/mail/mail-rules.policy.ts';
import { describeLimits, ofMail, several, type Trials } from './trial.ts';

const now = Date.UTC(2030, 0, 1);
const box = (index: number) => ({ email: `a${index}@inbox.test` });
const body = {
  personalizations: [{ to: [box(0)] }],
  from: box(1),
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'It works' }],
};
/** The fields of what the sandbox refuses of these parts over a plain mail. */
const theirs = (parts: object) => (): string[] => {
  const checked = checkMail({ ...body, ...parts }, now);
  return checked.ok ? [] : checked.problems.map(({ field }) => field ?? '');
};
const inOne = (parts: object) => theirs({ personalizations: [{ to: [box(0)], ...parts }] });
const message = (parts: object): EmailMessage => ({ ...anEmailRequest(parts), from: { email: 'news@acme.test' } });
/** What our adapter writes of a request, as the sandbox reads it. */
const written = (parts: object) => {
  const mail = message(parts);
  const reference = {
    messageId: mail.messageId,
    tenant: 'default',
    lane: 'bulk',
    hop: 1,
    attempt: 1,
    callId: 'call-1',
  } as const;
  return new MailBuilder()
    .requestOf(toMailData([{ message: mail, reference }]))
    .then((request) => checkMail(JSON.parse(JSON.stringify(request.body)), now));
};
const carried = (parts: object) => () => unsupported(message(parts))?.fields ?? [];
const attachment = (parts: object) => ({ attachments: [{ filename: 'a.txt', content: 'YQ==', ...parts }] });
const options = (parts: object) => ({ providerOptions: { sendgrid: parts } });
const bytesOf = (bytes: number, entries: Record<string, string>) => ({
  ...entries,
  z: 'x'.repeat(bytes - JSON.stringify({ ...entries, z: '' }).length),
});

const trials: Trials<typeof sendgridLimits> = {
  personalizations: {
    ours: null,
    theirs: {
      within: theirs({ personalizations: several(1_000, (index) => ({ to: [box(index)] })) }),
      beyond: theirs({ personalizations: several(1_001, (index) => ({ to: [box(index)] })) }),
      refused: /^personalizations$/,
    },
  },
  recipients: {
    ours: {
      within: ofMail({ to: several(50, box) }),
      beyond: ofMail({ to: several(50, box), cc: [box(50)] }),
      field: /^to$/,
    },
    theirs: {
      within: inOne({ to: several(1_000, box) }),
      beyond: inOne({ to: several(999, box), cc: [box(1_000)], bcc: [box(1_001)] }),
      refused: /^personalizations/,
    },
  },
  recipientsOnce: {
    ours: {
      within: ofMail({ cc: [box(1)] }),
      beyond: ofMail({ to: [box(0)], cc: [{ email: 'A0@inbox.test' }] }),
      field: /^to$/,
    },
    theirs: {
      within: inOne({ cc: [box(1)] }),
      beyond: inOne({ cc: [{ email: 'A0@inbox.test' }] }),
      refused: /^personalizations\.0/,
    },
  },
  recipientNames: {
    ours: null,
    theirs: {
      within: inOne({ to: [{ ...box(0), name: '"Lovelace, Ada; Lady"' }] }),
      beyond: inOne({ cc: [{ ...box(1), name: 'Lovelace, Ada' }] }),
      refused: /^personalizations\.0\.cc\.0\.name$/,
    },
  },
  substitutions: {
    ours: null,
    theirs: {
      within: inOne({ substitutions: bytesOf(10_000, {}) }),
      beyond: inOne({ substitutions: bytesOf(10_001, {}) }),
      refused: /substitutions$/,
    },
  },
  substitutionItems: {
    ours: null,
    theirs: {
      within: inOne({ substitutions: Object.fromEntries(several(150, (index) => [`t${index}`, ''])) }),
      beyond: inOne({ substitutions: Object.fromEntries(several(151, (index) => [`t${index}`, ''])) }),
      refused: /substitutions$/,
    },
  },
  customArgs: {
    ours: null,
    theirs: {
      within: inOne({ custom_args: bytesOf(10_000, {}) }),
      beyond: inOne({ custom_args: bytesOf(10_001, {}) }),
      refused: /custom_args$/,
    },
  },
  subject: {
    ours: { within: ofMail({ subject: 'x'.repeat(998) }), beyond: ofMail({ subject: '' }), field: /^subject$/ },
    theirs: { within: theirs({ subject: 'x' }), beyond: theirs({ subject: '' }), refused: /^subject$/ },
  },
  contentValue: {
    ours: { within: ofMail({ text: 'x' }), beyond: ofMail({ text: '' }), field: /^text$/ },
    theirs: {
      within: theirs({}),
      beyond: theirs({ content: [{ type: 'text/plain', value: '' }] }),
      refused: /^content\.0\.value$/,
    },
  },
  contentOrder: {
    ours: null,
    theirs: {
      within: theirs({
        content: [
          { type: 'text/plain', value: 'x' },
          { type: 'text/html', value: 'x' },
        ],
      }),
      beyond: theirs({
        content: [
          { type: 'text/html', value: 'x' },
          { type: 'text/plain', value: 'x' },
        ],
      }),
      refused: /^content$/,
    },
  },
  headerNames: {
    ours: {
      within: ofMail({ headers: { 'X-A': 'x' } }),
      beyond: ofMail({ headers: { 'X-Größe': 'x' } }),
      field: /^headers\./,
    },
    theirs: {
      within: theirs({ headers: { 'X-A': 'x' } }),
      beyond: theirs({ headers: { 'X A': 'x' } }),
      refused: /^headers/,
    },
  },
  headerRepeats: {
    ours: {
      within: ofMail({ headers: { 'X-A': 'x', 'X-B': 'x' } }),
      beyond: ofMail({ headers: { 'X-A': 'x', 'x-a': 'x' } }),
      field: /^headers\.x-a$/,
    },
    theirs: {
      within: theirs({ headers: { 'X-A': 'x', 'X-B': 'x' } }),
      beyond: theirs({ headers: { 'X-A': 'x', 'x-a': 'x' } }),
      refused: /^headers/,
    },
  },
  headersReserved: {
    ours: {
      within: ofMail({ headers: { 'X-Reply-To': 'x' } }),
      beyond: ofMail({ headers: { 'reply-to': 'x' } }),
      field: /^headers\.reply-to$/,
    },
    theirs: {
      within: theirs({ headers: { 'X-Reply-To': 'x' } }),
      beyond: theirs({ headers: { 'DKIM-Signature': 'x' } }),
      refused: /^headers/,
    },
  },
  headerValues: {
    ours: null,
    theirs: {
      within: theirs({ headers: { 'X-A': '=?UTF-8?B?w7Y=?=' } }),
      beyond: theirs({ headers: { 'X-A': 'ö' } }),
      refused: /^headers\.X-A$/,
    },
  },
  categories: {
    ours: {
      within: ofMail({
        tags: several(6, (index) => `t${index}`),
        ...options({ categories: several(4, (index) => `c${index}`) }),
      }),
      beyond: ofMail({
        tags: several(6, (index) => `t${index}`),
        ...options({ categories: several(5, (index) => `c${index}`) }),
      }),
      field: /categories$/,
    },
    theirs: {
      within: theirs({ categories: several(10, String) }),
      beyond: theirs({ categories: several(11, String) }),
      refused: /^categories/,
    },
  },
  categoryLength: {
    ours: {
      within: ofMail(options({ categories: ['x'.repeat(255)] })),
      beyond: ofMail(options({ categories: ['x'.repeat(256)] })),
      field: /categories\[0\]$/,
    },
    theirs: {
      within: theirs({ categories: ['x'.repeat(255)] }),
      beyond: theirs({ categories: ['x'.repeat(256)] }),
      refused: /^categories/,
    },
  },
  categoryLetters: {
    ours: {
      within: ofMail({ tags: ['Frühling'], ...options({ categories: ['spring'] }) }),
      beyond: ofMail(options({ categories: ['Frühling'] })),
      field: /categories\[0\]$/,
    },
    theirs: {
      within: theirs({ categories: ['spring'] }),
      beyond: theirs({ categories: ['Frühling'] }),
      refused: /^categories/,
    },
  },
  categoryRepeats: {
    ours: null,
    theirs: {
      within: theirs({ categories: ['a', 'b'] }),
      beyond: theirs({ categories: ['a', 'a'] }),
      refused: /^categories$/,
    },
  },
  attachmentContent: {
    ours: {
      within: ofMail(attachment({ content: 'YQ==' })),
      beyond: ofMail(attachment({ content: '' })),
      field: /^attachments\[0\]\.content$/,
    },
    theirs: {
      within: theirs(attachment({})),
      beyond: theirs(attachment({ content: '' })),
      refused: /^attachments\.0\.content$/,
    },
  },
  attachmentType: {
    ours: {
      within: ofMail(attachment({ contentType: 'text/plain' })),
      beyond: ofMail(attachment({ contentType: 'text/plain; charset=utf-8' })),
      field: /contentType$/,
    },
    theirs: {
      within: theirs(attachment({ type: 'text/plain' })),
      beyond: theirs(attachment({ type: 'text/plain; charset=utf-8' })),
      refused: /^attachments\.0\.type$/,
    },
  },
  attachmentName: {
    ours: null,
    theirs: {
      within: theirs(attachment({ filename: 'a_b.txt' })),
      beyond: theirs(attachment({ filename: 'a,b.txt' })),
      refused: /^attachments\.0\.filename$/,
    },
  },
  contentId: {
    ours: {
      within: ofMail(attachment({ contentId: 'logo.1@acme' })),
      beyond: ofMail(attachment({ contentId: 'logo;1' })),
      field: /contentId$/,
    },
    theirs: {
      within: theirs(attachment({ content_id: 'logo' })),
      beyond: theirs(attachment({ content_id: 'logo;1' })),
      refused: /content_id$/,
    },
  },
  replyToList: {
    ours: {
      within: ofMail({ replyTo: several(20, box) }),
      beyond: ofMail({ replyTo: several(21, box) }),
      field: /^replyTo/,
    },
    theirs: {
      within: theirs({ reply_to_list: several(1_000, box) }),
      beyond: theirs({ reply_to_list: several(1_001, box) }),
      refused: /^reply_to_list$/,
    },
  },
  groupsToDisplay: {
    ours: {
      within: ofMail(options({ asm: { groupId: 1, groupsToDisplay: several(25, (index) => index + 1) } })),
      beyond: ofMail(options({ asm: { groupId: 1, groupsToDisplay: several(26, (index) => index + 1) } })),
      field: /groupsToDisplay$/,
    },
    theirs: {
      within: theirs({ asm: { group_id: 1, groups_to_display: several(25, Number) } }),
      beyond: theirs({ asm: { group_id: 1, groups_to_display: several(26, Number) } }),
      refused: /groups_to_display$/,
    },
  },
  ipPoolName: {
    ours: { within: ofMail({ ipPool: 'x'.repeat(64) }), beyond: ofMail({ ipPool: 'x' }), field: /^ipPool$/ },
    theirs: {
      within: theirs({ ip_pool_name: 'x'.repeat(64) }),
      beyond: theirs({ ip_pool_name: 'x'.repeat(65) }),
      refused: /^ip_pool_name$/,
    },
  },
  sendAt: {
    ours: null,
    theirs: {
      within: theirs({ send_at: now / 1000 + 72 * 3600 }),
      beyond: theirs({ send_at: now / 1000 + 72 * 3600 + 1 }),
      refused: /^send_at$/,
    },
  },
  unsubscribeTags: {
    ours: {
      within: carried({ html: '<%asm_group_unsubscribe_raw_url%>', ...options({ asm: { groupId: 1 } }) }),
      beyond: carried({ html: '<a href="<%asm_group_unsubscribe_raw_url%>">' }),
      field: /^html$/,
    },
    theirs: null,
    why: 'SendGrid takes such a mail, and leaves the tag in it',
  },
  totalBytes: {
    ours: {
      within: () => tooLarge('x'.repeat(29_999_999))?.fields ?? [],
      beyond: () => tooLarge('x'.repeat(30_000_000))?.fields ?? [],
      field: /^attachments$/,
    },
    theirs: {
      within: () => (isTooLarge('/v3/mail/send', 29_999_999, simulatorCatalogue) ? ['413'] : []),
      beyond: () => (isTooLarge('/v3/mail/send', 30_000_000, simulatorCatalogue) ? ['413'] : []),
      refused: /^413$/,
    },
  },
};

describeLimits('SendGrid', sendgridLimits, trials, 'names SendGrid’s field');

describe('what SendGrid does not take as it stands', () => {
  it.each([
    [
      'names with commas, semicolons and quotes',
      {
        to: [{ email: 'ada@inbox.test', name: 'Lovelace, Ada' }],
        cc: [{ email: 'b@inbox.test', name: 'Bob; "Bobby" \\ Co.' }],
        bcc: [{ email: 'c@inbox.test', name: '"' }],
      },
    ],
    ['tags of other letters, which two of them share once they are written', { tags: ['Frühling', 'Fruhling', '春'] }],
    ['headers of other letters', { headers: { 'X-Campaign': 'Frühjahr – 春' } }],
    [
      'files named with commas and semicolons',
      { attachments: [{ filename: 'report, final; v2.pdf', content: 'YQ==' }] },
    ],
  ])('is written so that it takes it: %s', async (_, parts) => {
    expect(await written(parts)).toMatchObject({ ok: true });
  });

  it('arrives as it was given where that can be: a name is read without the quotes around it', async () => {
    const checked = await written({
      to: [{ email: 'ada@inbox.test', name: 'Lovelace, "Ada" \\ Lady' }],
      cc: [{ email: 'b@inbox.test', name: 'Bob "B" Bee' }],
    });
    expect(checked.ok && checked.mail.personalizations[0]).toMatchObject({
      to: [{ name: 'Lovelace, "Ada" \\ Lady' }],
      cc: [{ name: 'Bob "B" Bee' }],
    });
  });
});
