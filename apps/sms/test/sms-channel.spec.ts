import { join } from 'node:path';
import { type LookupResult, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { SmsRequested } from '#libs/contracts';
import { Templates } from '#libs/templates';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { twilio } from '../src/providers/twilio/index.ts';
import { SmsChannel, type SmsRules } from '../src/sms-channel.ts';
import { contentTemplatesOf } from '../src/providers/twilio/send/twilio.template.policy.ts';
import type { SmsMessage } from '../src/sms-message.ts';

class IdleTwilio extends Provider<SmsMessage> {
  readonly name = 'twilio';
  send = (): Promise<SendResult> => Promise.resolve({ sent: true, providerMessageId: 'x' });
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

const rules: SmsRules = {
  senders: [],
  standard: { text: ['+15005550006'], whatsapp: [] },
  allowed: ['US'],
  mmsRegions: ['US'],
  maxSegments: 10,
  smartEncoding: false,
  numberCheck: 'valid',
  media: [twilio.media],
  templates: [contentTemplatesOf({})],
};

let channel: SmsChannel;
beforeAll(async () => {
  const templates = await Templates.load(join(import.meta.dirname, '../../../templates'), ['sms']);
  channel = new SmsChannel({
    providers: [new IdleTwilio()],
    rules,
    screening: { screen: (message) => Promise.resolve({ pass: true, message }) },
    templates,
    resendPlans: { keep: () => Promise.resolve() },
  });
});

const variables = { code: '493817', minutes: 10, productName: 'Engines & Co' };
const rendered = (more: object) =>
  channel.render(channel.toMessage(SmsRequested.parse({ messageId: 'm-1', to: '+12025550123', ...more })), undefined);

describe('the SMS channel', () => {
  it('renders the body from our own template, as plain text', () => {
    const { message, templateVersion } = rendered({ template: { name: 'login-code', variables } });
    expect([message.body, templateVersion]).toEqual([
      '493817 is your Engines & Co code, good for 10 minutes. Give it to nobody.',
      '1',
    ]);
    expect([message.template, message.contentTemplate, channel.boundTo(message)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('refuses a template that has no SMS text', () => {
    expect(rendered({ template: { name: 'welcome', variables: {} } }).faults).toEqual([
      { field: 'template.name', rule: 'names a template that has no SMS content' },
    ]);
  });

  it.each(['twilio:HX1', 'HX1'])('passes %s to Twilio as a content template', (name) => {
    const { message } = rendered({ template: { name, variables: { 1: 'Ada' } } });
    expect([message.template, message.contentTemplate, channel.boundTo(message)]).toEqual([
      undefined,
      { name: 'HX1', variables: { 1: 'Ada' } },
      'twilio',
    ]);
  });

  it('leaves contentTemplate as it is', () => {
    const { message } = rendered({ contentTemplate: { name: 'HX2', variables: {} } });
    expect(message).toMatchObject({ contentTemplate: { name: 'HX2' } });
  });
});
