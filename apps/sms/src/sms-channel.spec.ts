import type { Failure } from '#libs/contracts';
import { anSmsRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { twilio } from './providers/twilio/index.ts';
import { contentTemplatesOf } from './providers/twilio/send/twilio.template.policy.ts';
import { SmsChannel, type SmsRules } from './sms-channel.ts';
import type { SmsMessage } from './sms-message.ts';

const service = `MG${'0'.repeat(32)}`;
const template = `HX${'1'.repeat(32)}`;
const rules: SmsRules = {
  senders: [
    { country: 'DE', sender: 'Shop' },
    { country: 'CA', sender: service },
  ],
  standard: { text: ['+15005550006'], whatsapp: [] },
  allowed: ['US', 'CA', 'DE'],
  mmsRegions: ['US', 'CA'],
  maxSegments: 2,
  smartEncoding: false,
  numberCheck: 'valid',
  media: [twilio.media],
  templates: [contentTemplatesOf({ 'order-shipped': template, 'order-shipped@2': `HX${'2'.repeat(32)}` })],
};
const noTemplates = { render: () => ({ rendered: false as const, gone: false, faults: [] }) };
const channel = (more: Partial<SmsRules> = {}) =>
  new SmsChannel({
    providers: [],
    rules: { ...rules, ...more },
    screening: { screen: (message) => Promise.resolve({ pass: true, message }) },
    templates: noTemplates,
    resendPlans: { keep: () => Promise.resolve() },
  });
const problems = (request: Parameters<typeof anSmsRequest>[0]) => channel().problemsOf(anSmsRequest(request));
const refusal = (request: Parameters<typeof anSmsRequest>[0], more: Partial<SmsRules> = {}): Failure | undefined => {
  const of = channel(more);
  return of.refuse(of.toMessage(anSmsRequest(request)));
};
const media = ['https://media.example.org/a.png'];

describe('a request for a text', () => {
  it.each<[string, Parameters<typeof anSmsRequest>[0], string, RegExp]>([
    ['preferring a provider that there is not', { provider: 'vonage' }, 'provider', /must be twilio/],
    ['to a premium-rate number', { to: '+19005551234' }, 'to', /premium-rate/],
    ['from a name to the United States', { from: 'Shop' }, 'from', /cannot be the sender in US/],
    [
      'with media on a private address',
      { mediaUrls: [...media, 'https://10.0.0.1/a.png'] },
      'mediaUrls[1]',
      /from outside/,
    ],
    [
      'with media on this machine, in capitals and with a dot at the end',
      { mediaUrls: ['https://LOCALHOST.:443/a.png'] },
      'mediaUrls[0]',
      /from outside/,
    ],
    [
      'with media on this machine, its number written short',
      { mediaUrls: ['https://127.1/a.png'] },
      'mediaUrls[0]',
      /from outside/,
    ],
    [
      'with media inside a network, its name in full width',
      { mediaUrls: ['https://ｆｉｌｅｓ．ｉｎｔｅｒｎａｌ./a.png'] },
      'mediaUrls[0]',
      /from outside/,
    ],
    ['with media on a host of one word', { mediaUrls: ['https://minio:443/a.png'] }, 'mediaUrls[0]', /from outside/],
    [
      'with two files for WhatsApp, which shows one',
      { kind: 'whatsapp', mediaUrls: [...media, ...media] },
      'mediaUrls',
      /one on WhatsApp/,
    ],
    [
      'with a variable of a long name',
      { body: undefined, contentTemplate: { name: 'order-shipped', variables: { ['x'.repeat(17)]: 'a' } } },
      'contentTemplate.variables.xxxxxxxxxxxxxxxxx',
      /16 characters/,
    ],
    [
      'with a password in a media address',
      { mediaUrls: ['https://a:b@media.example.org/a.png'] },
      'mediaUrls[0]',
      /password/,
    ],
    [
      'with a template nobody knows',
      { body: undefined, contentTemplate: { name: 'no-such' } },
      'contentTemplate.name',
      /TWILIO_CONTENT_TEMPLATES/,
    ],
    [
      'with a variable that is a list',
      { body: undefined, contentTemplate: { name: 'order-shipped', variables: { 1: [] } } },
      'contentTemplate.variables.1',
      /text/,
    ],
    [
      'with a variable WhatsApp refuses',
      { body: undefined, contentTemplate: { name: 'order-shipped', variables: { 1: 'a     b' } } },
      'contentTemplate.variables.1',
      /blanks/,
    ],
  ])('%s is rejected by the name of its field', (_, request, field, rule) => {
    expect(problems(request)).toEqual([{ field, rule: expect.stringMatching(rule) }]);
  });

  it('that breaks no rule has no problems', () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        kind: 'whatsapp',
        body: 'Hi',
        contentTemplate: { name: 'order-shipped', version: '2', variables: { 1: 17, 2: 'x' } },
      }),
    ).toEqual([]);
  });

  it("gets the sender of its country, and counts towards that sender's rate", () => {
    const of = channel();
    const senderTo = (to: string, more: object = {}) => of.senderOf(of.toMessage(anSmsRequest({ to, ...more })));
    expect([
      senderTo('+491701234567'),
      senderTo('+14165550123'),
      senderTo('+12025550123'),
      senderTo('+12025550123', { from: service }),
    ]).toEqual(['Shop', service, '+15005550006', service]);
    expect(senderTo('+12025550123', { kind: 'whatsapp', from: '+14155238886' })).toBe('whatsapp:+14155238886');
    expect(of.toMessage(anSmsRequest({ to: '+14165550123' }))).toMatchObject({
      from: undefined,
      messagingService: service,
      region: 'CA',
    });
  });

  it('may go from each sender that is allowed there, in their order, unless it names one itself', () => {
    const of = channel({
      senders: [{ country: 'DE', sender: ['Shop', '+4930123456'] }],
      standard: { text: [service, '+15005550006'], whatsapp: ['+14155238886', '+14155238887'] },
    });
    const sendersOf = (more: object) => of.sendersOf(of.toMessage(anSmsRequest(more)));
    expect(sendersOf({ to: '+491701234567' })).toEqual(['Shop', '+4930123456', service, '+15005550006']);
    expect(sendersOf({ kind: 'whatsapp' })).toEqual(['+14155238886', '+14155238887']);
    expect(sendersOf({ from: '+15005550006' })).toEqual(['+15005550006']);
    const text = of.toMessage(anSmsRequest({ to: '+491701234567' }));
    const fromPool = of.withSender(text, service, false);
    expect([of.senderOf(text), of.senderOf(fromPool)]).toEqual(['Shop', service]);
    expect(fromPool).toMatchObject({ from: undefined, messagingService: service });
    expect(of.senderOf(of.withSender(fromPool, '+4930123456', true))).toBe('+4930123456');
  });

  it('is not written to by the next sender where the person has left the one before', () => {
    const of = channel({ senders: [], standard: { text: ['+15005550006', service, '12345'], whatsapp: [] } });
    const text = of.toMessage(anSmsRequest({}));
    const sendersIn = (message: SmsMessage) =>
      of.suppressionScopesOf(message).scopes.filter((scope) => scope.startsWith('sender:'));
    expect(sendersIn(text)).toEqual(['sender:+15005550006']);
    expect(sendersIn(of.withSender(text, service, false))).toEqual(['sender:+15005550006', `sender:${service}`]);
  });

  it('keeps what is needed to go again only while another sender is left', async () => {
    const of = channel();
    const text = of.toMessage(anSmsRequest({ to: '+491701234567' }));
    expect(await of.screen(of.withSender(text, 'Shop', false))).toMatchObject({ pass: true, resendPlan: true });
    expect(await of.screen(of.withSender(text, 'Shop', true))).not.toHaveProperty('resendPlan');
    expect(await of.screen(text)).not.toHaveProperty('resendPlan');
  });

  it.each([
    ['with a trunk 1', { to: '+112025552177' }, '+12025552177', 'US'],
    ['with a trunk 0', { to: '+4901701234567' }, '+491701234567', 'DE'],
    ['of Mexico as address books have it', { to: '+5215512345678' }, '+525512345678', 'MX'],
    ['of Brazil without its ninth digit', { to: '+553187654321' }, '+5531987654321', 'BR'],
    [
      'of Mexico by WhatsApp, whose address it is',
      { to: '+5215512345678', kind: 'whatsapp' as const },
      '+5215512345678',
      'MX',
    ],
    ['of Brazil by WhatsApp', { to: '+553187654321', kind: 'whatsapp' as const }, '+553187654321', 'BR'],
    ['that only WhatsApp knows', { to: '+15550783881', kind: 'whatsapp' as const }, '+15550783881', '+1'],
  ])('to a number %s is sent to the number that is meant, and counts for its country', (_, request, to, region) => {
    expect(problems(request)).toEqual([]);
    expect(channel().toMessage(anSmsRequest(request))).toMatchObject({ to, region });
  });

  it('to one number in two spellings has one fingerprint and one sender', () => {
    const of = channel();
    const message = (to: string, from: string) => of.toMessage(anSmsRequest({ to, from, kind: 'whatsapp' }));
    const [a, b] = [message('+5215512345678', '+5215598765432'), message('+525512345678', '+525598765432')];
    expect(of.fingerprintOf(a).participants[1]).toBe(of.fingerprintOf(b).participants[1]);
    expect(of.suppressionScopesOf(a).scopes).toEqual(of.suppressionScopesOf(b).scopes);
    expect(of.scopeOf(a, 'sender')).toBe('sender:whatsapp:+525598765432');
    expect(of.suppressionScopesOf(of.toMessage(anSmsRequest({ from: '+115005550006' }))).scopes).toContain(
      'sender:+15005550006',
    );
  });

  it('may use a template that any of its providers has, and names it as the request does', () => {
    const templates = [contentTemplatesOf({}), contentTemplatesOf({ 'order-shipped': template })];
    const request = anSmsRequest({ body: undefined, contentTemplate: { name: 'order-shipped' } });
    expect(channel({ templates }).problemsOf(request)).toEqual([]);
    expect(channel({ templates: templates.slice(0, 1) }).problemsOf(request)).toMatchObject([
      { field: 'contentTemplate.name' },
    ]);
    expect(channel({ templates }).toMessage(request).contentTemplate!.name).toBe('order-shipped');
  });

  it.each<[string, Parameters<typeof anSmsRequest>[0], Partial<Failure>]>([
    [
      'a country that is not allowed',
      { to: '+33612345678' },
      { code: 'MSG_COUNTRY_NOT_ALLOWED', kind: 'bad-recipient', retry: 'never' },
    ],
    [
      'media to a country without MMS',
      { to: '+491701234567', mediaUrls: media },
      { code: 'MSG_MMS_NOT_AVAILABLE', kind: 'bad-recipient' },
    ],
    ['WhatsApp without a sender', { kind: 'whatsapp' }, { code: 'MSG_NO_SENDER', kind: 'account', retry: 'operator' }],
    [
      'a text of too many segments',
      { body: 'x'.repeat(307) },
      {
        code: 'MSG_TOO_MANY_SEGMENTS',
        kind: 'bad-content',
        fields: [
          {
            field: 'body',
            rule: expect.stringContaining('at most 2 segments, and takes 3 in GSM-7') as unknown as string,
          },
        ],
      },
    ],
  ])('for %s fails with a clear reason', (_, request, failure) => {
    expect(refusal(request)).toMatchObject(failure);
  });

  it('fails where the only sender is alphanumeric and the country does not support that', () => {
    expect(refusal({}, { senders: [], standard: { text: ['Shop'], whatsapp: [] } })!.meaning).toContain(
      'a name cannot be the sender in US',
    );
  });

  it('is sent where everything is allowed', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ to: '+33612345678' }, { allowed: ['*'] })).toBeUndefined();
    expect(refusal({ to: '+12025550123' }, { allowed: ['+1202'] })).toBeUndefined();
    expect(refusal({ body: '“'.repeat(100), smartEncoding: true })).toBeUndefined();
  });
});
