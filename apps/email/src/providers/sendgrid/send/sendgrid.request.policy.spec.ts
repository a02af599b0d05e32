import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmailMessage } from '../../../email-message.ts';
import { MailBuilder } from './sendgrid.mail.adapter.ts';
import { type Member, toMailData, batchKey } from './sendgrid.request.policy.ts';

const aMessage = (parts: Partial<EmailMessage> = {}): EmailMessage => ({
  ...anEmailRequest({ messageId: 'm-1' }),
  from: { email: 'news@acme.test' },
  ...parts,
});
const aMember = (parts: Partial<EmailMessage> = {}, callId = 'call-1'): Member => {
  const message = aMessage(parts);
  return {
    message,
    reference: { messageId: message.messageId, tenant: message.tenant, lane: 'bulk', hop: 1, attempt: 1, callId },
  };
};
const bodyOf = async (...members: Member[]) =>
  (await new MailBuilder().requestOf(toMailData(members))).body as Record<string, unknown> & {
    personalizations: Record<string, unknown>[];
  };
const built = (parts: Partial<EmailMessage>) => bodyOf(aMember(parts));

/** A mailing as the channel makes it, to one of many recipients. */
const aMailing = (name: string): Partial<EmailMessage> => {
  const link = `https://email.acme.test/unsubscribe/${name}`;
  return {
    category: 'marketing',
    messageId: `m-${name}`,
    to: [{ email: `${name}@inbox.test` }],
    unsubscribeUrl: link,
    headers: {
      'X-Campaign': 'spring',
      'List-Unsubscribe': `<${link}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    text: `News. Leave: ${link}`,
    html: `<p>News</p><a href="${link}">Leave</a>`,
  };
};

describe('a request to SendGrid', () => {
  it('contains groups, pool, categories, tracking and analytics under their own names', async () => {
    const sendgrid = {
      asm: { groupId: 7, groupsToDisplay: [7, 8] },
      categories: ['spring', 'b'],
      ganalytics: { source: 'mail', campaign: 'spring' },
      clickTrackingInText: true,
    };
    expect(
      await built({
        tags: ['a', 'b'],
        ipPool: 'newsletters',
        tracking: { opens: false, clicks: true },
        providerOptions: { sendgrid },
      }),
    ).toMatchObject({
      asm: { group_id: 7, groups_to_display: [7, 8] },
      ip_pool_name: 'newsletters',
      categories: ['a', 'b', 'spring'],
      tracking_settings: {
        click_tracking: { enable: true, enable_text: true },
        open_tracking: { enable: false },
        ganalytics: { enable: true, utm_source: 'mail', utm_campaign: 'spring' },
      },
    });
  });

  it('is the same each time, although the SDK changes its arguments', async () => {
    const options = { asm: { groupId: 7 }, bypassBounceManagement: true, ganalytics: { source: 'mail' } };
    const member = aMember({
      replyTo: [{ email: 'a@acme.test' }, { email: 'b@acme.test' }],
      headers: { 'X-A': '1' },
      tracking: { clicks: true },
      sandbox: true,
      providerOptions: { sendgrid: options },
    });
    const first = await bodyOf(member);
    expect(await bodyOf(member)).toEqual(first);
    expect(first).toMatchObject({
      mail_settings: { sandbox_mode: { enable: true }, bypass_bounce_management: { enable: true } },
    });
  });

  it('has one reply address as such, and several as a list', async () => {
    expect(await built({ replyTo: [{ email: 'a@acme.test', name: 'A' }] })).toMatchObject({
      reply_to: { email: 'a@acme.test', name: 'A' },
    });
    const several = await built({ replyTo: [{ email: 'a@acme.test' }, { email: 'b@acme.test' }] });
    expect(several).toMatchObject({ reply_to_list: [{ email: 'a@acme.test' }, { email: 'b@acme.test' }] });
    expect(several).not.toHaveProperty('reply_to');
  });

  it('leaves to the account what the e-mail does not set', async () => {
    const body = await built({});
    for (const name of ['asm', 'ip_pool_name', 'tracking_settings', 'mail_settings', 'categories', 'headers'])
      expect(body).not.toHaveProperty(name);
  });

  it('gives each recipient of a mailing their own link, in headers and content, in one call', async () => {
    const names = ['ada', 'bob'];
    expect(new Set(names.map((name) => batchKey(aMessage(aMailing(name))))).size).toBe(1);
    const body = await bodyOf(...names.map((name) => aMember(aMailing(name), name)));
    expect(JSON.stringify(body['content'])).not.toContain('/unsubscribe/');
    expect(body['content']).toContainEqual({ type: 'text/plain', value: 'News. Leave: {{mi_unsubscribe_url}}' });
    expect(body).not.toHaveProperty('headers');
    for (const [index, name] of names.entries()) {
      const link = `https://email.acme.test/unsubscribe/${name}`;
      expect(body.personalizations[index]).toMatchObject({
        substitutions: { '{{mi_unsubscribe_url}}': link },
        headers: {
          'X-Campaign': 'spring',
          'List-Unsubscribe': `<${link}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
        custom_args: { mi_scope: 'marketing', mi_call_id: name },
      });
    }
  });

  it('never makes SendGrid add an unsubscribe header besides ours', async () => {
    expect(await built(aMailing('ada'))).toMatchObject({
      tracking_settings: { subscription_tracking: { enable: false } },
    });
  });

  it('passes the link as a variable to a template at SendGrid', async () => {
    const { text: _, html: __, ...mailing } = aMailing('ada');
    const body = await built({
      ...mailing,
      text: undefined,
      html: undefined,
      subject: undefined,
      template: { name: 'd-1', variables: { name: 'Ada' } },
    });
    expect(body.personalizations[0]).toMatchObject({
      dynamic_template_data: { name: 'Ada', unsubscribeUrl: 'https://email.acme.test/unsubscribe/ada' },
    });
    expect(body.personalizations[0]).not.toHaveProperty('substitutions');
  });
});

describe('e-mails of one call', () => {
  const differences: [string, Partial<EmailMessage>][] = [
    ['sender', { from: { email: 'other@acme.test' } }],
    ['subject', { subject: 'Other' }],
    ['text', { text: 'Other' }],
    ['html', { html: '<p>' }],
    ['answer address', { replyTo: { email: 'a@acme.test' } }],
    ['answer addresses', { replyTo: [{ email: 'a@acme.test' }, { email: 'b@acme.test' }] }],
    ['headers', { headers: { 'X-A': '1' } }],
    ['template', { template: { name: 'd-1', variables: {} } }],
    ['version', { template: { name: 'd-1', version: '2', variables: {} } }],
    ['tags', { tags: ['a'] }],
    ['tracking', { tracking: { opens: false } }],
    ['clicks', { tracking: { clicks: false } }],
    ['pool', { ipPool: 'pool' }],
    ['check only', { sandbox: true }],
    ['group', { providerOptions: { sendgrid: { asm: { groupId: 7 } } } }],
    ['other group', { providerOptions: { sendgrid: { asm: { groupId: 8 } } } }],
    ['groups', { providerOptions: { sendgrid: { asm: { groupId: 7, groupsToDisplay: [7] } } } }],
    ['categories', { providerOptions: { sendgrid: { categories: ['a'] } } }],
    ['bypass', { providerOptions: { sendgrid: { bypassBounceManagement: true } } }],
    ['analytics', { providerOptions: { sendgrid: { ganalytics: { source: 'mail' } } } }],
    ['category', { category: 'marketing' }],
    ['topic', { unsubscribe: { topic: 'a' } }],
    ['other topic', { unsubscribe: { topic: 'b' } }],
    ['own link', aMailing('ada')],
  ];

  it('share all fields that are not per recipient: no two of these share a call', () => {
    const keys = [batchKey(aMessage()), ...differences.map(([, parts]) => batchKey(aMessage(parts)))];
    expect(new Set(keys).size).toBe(differences.length + 1);
  });

  it('have the same content as when sent alone, except for the recipient’s own part', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(differences), fc.subarray(differences), async (some, others) => {
        const members = [some, others].map((chosen, index) =>
          aMember(
            Object.assign({}, ...chosen.map(([, parts]) => parts), {
              to: [{ email: `${index}@inbox.test` }],
            }) as Partial<EmailMessage>,
          ),
        );
        const [one, other] = await Promise.all(
          members.map(async (member) => ({ ...(await bodyOf(member)), personalizations: undefined })),
        );
        const [key, otherKey] = members.map(({ message }) => batchKey(message));
        if (key === otherKey) expect(one).toEqual(other);
      }),
      { numRuns: 500 },
    );
  });
});
