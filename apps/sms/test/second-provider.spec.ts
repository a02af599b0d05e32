import type { Failure } from '#libs/contracts';
import { beyondLimit, type LookupResult, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { anSmsRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { twilio } from '../src/providers/twilio/index.ts';
import type { ContentTemplateRules } from '../src/providers/definition.ts';
import { SmsChannel, type SmsRules } from '../src/sms-channel.ts';
import type { SmsMessage } from '../src/sms-message.ts';

class Idle extends Provider<SmsMessage> {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  send = (): Promise<SendResult> => Promise.resolve({ sent: true, providerMessageId: 'x' });
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

/** Takes numbers, names and pools of its own, and none of Twilio's. */
class Pigeon extends Idle {
  override unsupported({ messagingService }: SmsMessage): Failure | undefined {
    if (messagingService === undefined || pools.test(messagingService)) return undefined;
    return beyondLimit('pigeon', [{ field: 'from', rule: 'must be a number, a name or a pool of pigeon’s' }]);
  }
}

const pools = /^flock-\d{20}$/;
const flock = `flock-${'7'.repeat(20)}`;
const service = `MG${'0'.repeat(32)}`;
const pigeon = { ...twilio, name: 'pigeon', label: 'Pigeon', senderPools: pools, templateIds: /^coo-/ };
const none: ContentTemplateRules = { problemsOf: () => [{ field: 'contentTemplate.name', rule: 'is not here' }] };
const any: ContentTemplateRules = { problemsOf: () => [] };

const rules: SmsRules = {
  senders: [],
  standard: { text: [service, '+15005550006', flock], whatsapp: [] },
  allowed: ['US'],
  mmsRegions: ['US'],
  maxSegments: 10,
  smartEncoding: false,
  numberCheck: 'valid',
  media: [twilio.media],
  templates: [none, any],
};

describe('a second provider of texts', () => {
  const providers = [new Idle('twilio'), new Pigeon('pigeon')];
  const channel = new SmsChannel({
    providers,
    catalogue: [twilio, pigeon],
    rules,
    screening: { screen: (message) => Promise.resolve({ pass: true, message }) },
    templates: { render: () => ({ rendered: false, gone: false, faults: [] }) },
    resendPlans: { keep: () => Promise.resolve() },
  });

  it('may be asked for by name', () => {
    expect(channel.problemsOf(anSmsRequest({ provider: 'pigeon' }))).toEqual([]);
    expect(channel.problemsOf(anSmsRequest({ provider: 'owl' }))).toMatchObject([{ field: 'provider' }]);
    expect(channel.providerNames).toEqual(['twilio', 'pigeon']);
  });

  it('has pools of senders of its own, and takes what comes from a number', () => {
    const text = channel.toMessage(anSmsRequest());
    expect(channel.sendersOf(text)).toEqual([service, '+15005550006', flock]);
    const takenFrom = (sender: string) =>
      providers.filter((one) => !one.unsupported(channel.withSender(text, sender, false))).map(({ name }) => name);
    expect([takenFrom(service), takenFrom('+15005550006'), takenFrom(flock)]).toEqual([
      ['twilio'],
      ['twilio', 'pigeon'],
      ['twilio', 'pigeon'],
    ]);
    expect(channel.withSender(text, flock, false)).toMatchObject({ from: undefined, messagingService: flock });
  });

  it('may be the one that has a template', () => {
    const template = { body: undefined, contentTemplate: { name: 'order-shipped' } };
    expect(channel.problemsOf(anSmsRequest(template))).toEqual([]);
    const { message } = channel.render(
      channel.toMessage(anSmsRequest({ body: undefined, template: { name: 'coo-1', variables: {} } })),
      undefined,
    );
    expect(channel.boundTo(message)).toBe('pigeon');
  });
});
