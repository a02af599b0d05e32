import { join } from 'node:path';
import { EmailRequested } from '#libs/contracts';
import { type LookupResult, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { Templates } from '#libs/templates';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { EmailChannel } from '../src/email-channel.ts';
import { type EmailMessage, mailboxOf } from '../src/email-message.ts';

class IdleProvider extends Provider<EmailMessage> {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  send = (): Promise<SendResult> => Promise.resolve({ sent: true, providerMessageId: 'x' });
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

let channel: EmailChannel;
beforeAll(async () => {
  const templates = await Templates.load(join(import.meta.dirname, '../../../templates'), ['email']);
  channel = new EmailChannel({
    providers: ['sendgrid', 'resend'].map((name) => new IdleProvider(name)),
    sender: mailboxOf('Desk <desk@bücher.example>'),
    templates,
  });
});

const variables = { name: 'Ada', productName: 'Engines & Co', startUrl: 'https://example.org/start' };
const rendered = (template: object, pinned?: string) =>
  channel.render(
    channel.toMessage(EmailRequested.parse({ messageId: 'm-1', to: [{ email: 'ada@bücher.example' }], template })),
    pinned,
  );

describe('the e-mail channel', () => {
  it('renders our own template before a provider is chosen, so that any of them can send it', () => {
    const { message, templateVersion, faults } = rendered({ name: 'welcome', variables });
    expect([faults, templateVersion, message.template, channel.boundTo(message)]).toEqual([
      undefined,
      '1',
      undefined,
      undefined,
    ]);
    expect(message).toMatchObject({
      subject: 'Welcome to Engines & Co, Ada',
      text: expect.stringContaining('your Engines & Co account'),
      html: expect.stringContaining('your Engines &amp; Co account'),
    });
  });

  it('reports the variables that do not fit', () => {
    expect(rendered({ name: 'welcome', variables: { ...variables, name: undefined } }).faults).toEqual([
      { field: 'template.variables.name', rule: 'is missing' },
    ]);
  });

  it.each([
    ['d-0123456789abcdef', 'sendgrid', 'd-0123456789abcdef'],
    ['sendgrid:d-0123', 'sendgrid', 'd-0123'],
    ['resend:34a080c9', 'resend', '34a080c9'],
  ])('leaves %s to %s, and to no other provider', (name, provider, id) => {
    const { message, faults } = rendered({ name, variables: { a: 1 } });
    expect([faults, channel.boundTo(message), message.template]).toEqual([
      undefined,
      provider,
      { name: id, variables: { a: 1 } },
    ]);
  });

  it('refuses the template of a provider that sends no e-mail here', () => {
    expect(rendered({ name: 'twilio:HX1' })).toMatchObject({ faults: [{ field: 'template.name' }], canRecover: true });
  });

  it('rejects a request with a placeholder that nothing would replace, by its field', () => {
    const request = (parts: object) =>
      EmailRequested.parse({
        messageId: 'm-1',
        to: [{ email: 'ada@inbox.test' }],
        subject: 'News',
        text: 'Leave: {{{unsubscribeUrl}}}',
        ...parts,
      });
    expect(channel.problemsOf(request({}))).toEqual([
      { field: 'text', rule: expect.stringMatching(/this mail has none/) },
    ]);
    expect(channel.problemsOf(request({ category: 'marketing' }))).toEqual([]);
  });

  it('rejects content beside one of our own templates, and not beside a provider’s template', () => {
    const problems = (name: string, content: object) =>
      channel.problemsOf(
        EmailRequested.parse({ messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], template: { name }, ...content }),
      );
    const rule = 'comes from the template: leave it out';
    expect(problems('welcome', { subject: 'Hello' })).toEqual([{ field: 'subject', rule }]);
    expect(problems('welcome', { text: 'x', html: '<b>x</b>' })).toEqual([
      { field: 'text', rule },
      { field: 'html', rule },
    ]);
    expect(problems('welcome', {})).toEqual([]);
    for (const name of ['d-0123', 'sendgrid:d-0123', 'resend:34a0'])
      expect(problems(name, { subject: 'Hello' })).toEqual([]);
  });

  it('rejects a request that names a provider that does not exist, or options that the provider does not have', () => {
    const problems = (parts: object) =>
      channel.problemsOf(
        EmailRequested.parse({
          messageId: 'm-1',
          to: [{ email: 'ada@inbox.test' }],
          subject: 'News',
          text: 'News',
          ...parts,
        }),
      );
    const rule = 'must be sendgrid or resend';
    expect(problems({ provider: 'mailgun' })).toEqual([{ field: 'provider', rule }]);
    expect(problems({ provider: 'twilio' })).toEqual([{ field: 'provider', rule }]);
    expect(problems({ provider: 'resend' })).toEqual([]);
    expect(problems({ providerOptions: { sendgrid: { colour: 'red' } } })).toEqual([
      { field: 'providerOptions.sendgrid', rule: expect.stringContaining('colour') },
    ]);
    expect(problems({ providerOptions: { mailgun: { colour: 'red' } } })).toEqual([]);
  });

  it('applies the suppressions of the provider’s group that a mail belongs to', () => {
    const message = channel.toMessage(
      EmailRequested.parse({
        messageId: 'm-1',
        to: [{ email: 'ada@inbox.test' }],
        subject: 'News',
        text: 'News',
        category: 'marketing',
        providerOptions: { sendgrid: { asm: { groupId: 7 }, bypassBounceManagement: true } },
      }),
    );
    expect(channel.suppressionScopesOf(message)).toEqual({
      scopes: ['marketing', 'group:sendgrid:7'],
      past: ['hard-bounce', 'invalid'],
    });
  });

  it('writes international domains in ASCII, the sender’s too', () => {
    expect(rendered({ name: 'welcome', variables }).message).toMatchObject({
      to: [{ email: 'ada@xn--bcher-kva.example' }],
      from: { email: 'desk@xn--bcher-kva.example', name: 'Desk' },
    });
  });
});
