import { recipientHash } from '#libs/contracts';
import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../email-message.ts';
import { UnsubscribeTokens } from './token.policy.ts';
import {
  type LinkMaker,
  lostPlaceholders,
  missingUnsubscribeLink,
  withUnsubscribeLink,
} from './unsubscribe-link.policy.ts';

const links: LinkMaker = {
  tokens: new UnsubscribeTokens(['a key for the tests, of 32 characters']),
  publicUrl: 'https://email.acme.test',
  hashKey: 'a key for the hashes',
};
const aMailing = (parts: Partial<EmailMessage> = {}): EmailMessage => ({
  ...anEmailRequest({ messageId: 'm-1', tenant: 'acme', category: 'marketing' }),
  from: { email: 'news@acme.test' },
  ...parts,
});
const claimIn = (message: EmailMessage) => links.tokens.open(message.unsubscribeUrl!.split('/').at(-1)!);

describe('a mailing', () => {
  it('has our one-click link in its headers, for its recipient and all marketing', () => {
    const mailing = withUnsubscribeLink(aMailing(), links);
    expect(mailing.headers).toEqual({
      'List-Unsubscribe': `<${mailing.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(mailing.unsubscribeUrl).toMatch(/^https:\/\/email\.acme\.test\/unsubscribe\/[\w-]+$/);
    expect(claimIn(mailing)).toEqual({
      tenant: 'acme',
      messageId: 'm-1',
      recipient: recipientHash(links.hashKey, 'ada@inbox.test'),
      scope: 'marketing',
    });
    expect(missingUnsubscribeLink(mailing)).toBeUndefined();
  });

  it('of a topic has a link to unsubscribe from that topic; of a provider’s group, from that group', () => {
    expect(claimIn(withUnsubscribeLink(aMailing({ unsubscribe: { topic: 'offers' } }), links))).toMatchObject({
      scope: 'topic:offers',
    });
    expect(claimIn(withUnsubscribeLink(aMailing({ listScope: 'group:sendgrid:7' }), links))).toMatchObject({
      scope: 'group:sendgrid:7',
    });
  });

  it('shows the link where text and HTML have a placeholder', () => {
    const {
      text,
      html,
      unsubscribeUrl: link,
    } = withUnsubscribeLink(
      aMailing({ text: 'Leave: {{unsubscribeUrl}}', html: '<a href="{{ unsubscribeUrl }}">Leave</a>' }),
      links,
    );
    expect([text, html]).toEqual([`Leave: ${link}`, `<a href="${link}">Leave</a>`]);
  });

  it('with a placeholder in another spelling gets the link as well', () => {
    const {
      text,
      html,
      unsubscribeUrl: link,
    } = withUnsubscribeLink(
      aMailing({
        text: 'Leave: {{{unsubscribeUrl}}}',
        html: '<a href="{{{RESEND_UNSUBSCRIBE_URL}}}">Leave</a> <%unsubscribe%>',
      }),
      links,
    );
    expect([text, html]).toEqual([`Leave: ${link}`, `<a href="${link}">Leave</a> ${link}`]);
  });

  it('may have a page of upstream’s own instead, with one click only where upstream says so', () => {
    const url = 'https://acme.test/leave?u=1&l=$&';
    expect(withUnsubscribeLink(aMailing({ unsubscribe: { url } }), links).headers).toEqual({
      'List-Unsubscribe': `<${url}>`,
    });
    expect(withUnsubscribeLink(aMailing({ unsubscribe: { url, oneClick: true } }), links).headers).toHaveProperty(
      'List-Unsubscribe-Post',
    );
    expect(
      withUnsubscribeLink(aMailing({ unsubscribe: { url }, html: '<a href="{{unsubscribeUrl}}">' }), links).html,
    ).toBe('<a href="https://acme.test/leave?u=1&amp;l=$&amp;">');
  });

  it('with a header of upstream’s own is not changed', () => {
    const mailing = aMailing({ headers: { 'list-unsubscribe': '<mailto:leave@acme.test>' } });
    expect(withUnsubscribeLink(mailing, links)).toBe(mailing);
    expect(missingUnsubscribeLink(mailing)).toBeUndefined();
  });

  it('is not sent without an unsubscribe link: an operator must configure links', () => {
    expect(missingUnsubscribeLink(withUnsubscribeLink(aMailing(), undefined))).toMatchObject({
      code: 'MSG_UNSUBSCRIBE_MISSING',
      kind: 'account',
      retry: 'operator',
    });
  });

  it('to several recipients at once is not sent: a link belongs to one person', () => {
    const shared = withUnsubscribeLink(aMailing({ cc: [{ email: 'bob@inbox.test' }] }), links);
    expect(shared.unsubscribeUrl).toBeUndefined();
    expect(missingUnsubscribeLink(shared)).toMatchObject({
      code: 'MSG_UNSUBSCRIBE_SHARED',
      kind: 'bad-content',
      retry: 'never',
    });
    expect(
      missingUnsubscribeLink(
        withUnsubscribeLink(
          aMailing({ cc: [{ email: 'bob@inbox.test' }], unsubscribe: { url: 'https://acme.test/leave' } }),
          links,
        ),
      ),
    ).toBeUndefined();
  });
});

describe('a placeholder for the link that nothing would replace', () => {
  const reported = (parts: Partial<EmailMessage>) => lostPlaceholders(aMailing(parts)).map(({ field }) => field);

  it('is reported by its field: in a mail without a link, with a header of its own, or in the subject', () => {
    const asks = { text: 'Leave: {{unsubscribeUrl}}', html: '<a href="{{{unsubscribe_url}}}">' };
    expect(reported({ ...asks, category: 'transactional' })).toEqual(['text', 'html']);
    expect(reported({ ...asks, headers: { 'list-unsubscribe': '<mailto:leave@acme.test>' } })).toEqual([
      'text',
      'html',
    ]);
    expect(reported({ ...asks, subject: 'News {{unsubscribeUrl}}' })).toEqual(['subject']);
    expect([
      reported(asks),
      reported({ ...asks, category: 'transactional', unsubscribe: { topic: 'news' } }),
      reported({ category: 'transactional' }),
    ]).toEqual([[], [], []]);
  });
});

describe('a transactional e-mail', () => {
  it('has no unsubscribe link, unless the request asks for one', () => {
    const plain = aMailing({ category: 'transactional' });
    expect(withUnsubscribeLink(plain, links)).toBe(plain);
    expect(missingUnsubscribeLink(plain)).toBeUndefined();
    expect(
      claimIn(withUnsubscribeLink(aMailing({ category: 'transactional', unsubscribe: { topic: 'reminders' } }), links)),
    ).toMatchObject({ scope: 'topic:reminders' });
  });
});
