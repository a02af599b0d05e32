import { anSmsRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { templateProblems } from '../../apps/sms/src/providers/twilio/send/twilio.template.policy.ts';
import { smsCatalogue } from '../../apps/sms/src/providers/catalogue.ts';
import { senderKindsOf } from '../../apps/sms/src/sender/sender-kind.policy.ts';
import { unfit } from '../../apps/sms/src/sender/sender-map.policy.ts';
import { mediaFault, mediaProblems } from '../../apps/sms/src/content/media.policy.ts';
import { twilioMedia } from '../../apps/sms/src/providers/twilio/send/twilio.media.ts';
import { twilioLimits } from '../../apps/sms/src/providers/twilio/send/twilio.limits.ts';
import { toMessageCreate } from '../../apps/sms/src/providers/twilio/send/twilio.request.policy.ts';
import { checkText } from '../../apps/sandbox/src/simulators/twilio/messages/text.policy.ts';
import type { SmsMessage } from '../../apps/sms/src/sms-message.ts';
import { describeLimits, ofText, several, type Trials } from './trial.ts';

const now = Date.UTC(2030, 0, 1);
const hex = (count: number) => 'a'.repeat(count);
const form = { To: '+4915112345678', From: '+15005550006', Body: 'It works' };
/** The code of the sandbox's refusal of these parameters over a plain text. */
const theirs = (parts: object) => (): string[] => {
  const checked = checkText({ ...form, ...parts }, now);
  return checked.ok ? [] : [String(checked.code)];
};
const url = (index: number) => `https://files.acme.test/${index}.png`;
const look =
  (kind: SmsMessage['kind'], ...facts: { type?: string; bytes?: number }[]) =>
  () => {
    const fault = mediaFault(
      kind,
      facts.map(({ type, bytes }) => ({ type, bytes })),
      [twilioMedia],
    );
    return fault ? [{ field: fault.field, rule: fault.rule }] : [];
  };
const template =
  (variables: Record<string, unknown>, name = `HX${hex(32)}`) =>
  () =>
    templateProblems({ name, variables }, {});
/** Our schema takes the id of any provider's pool; the channel asks the providers that it has. */
const from = (sender: string) => () => {
  const rule = unfit(sender, {}, senderKindsOf(smsCatalogue));
  return [...ofText({ from: sender })(), ...(rule === undefined ? [] : [{ field: 'from', rule }])];
};
const content = (variables: Record<string, string>) =>
  theirs({ Body: undefined, ContentSid: `HX${hex(32)}`, ContentVariables: JSON.stringify(variables) });
const named = (count: number) => Object.fromEntries(several(count, (index) => [String(index), 'x']));
const callback = (length: number) => theirs({ StatusCallback: `https://sms.acme.test/${'x'.repeat(length - 22)}` });
const whatsapp = { To: 'whatsapp:+4915112345678', From: 'whatsapp:+14155238886' };

const trials: Trials<typeof twilioLimits> = {
  body: {
    ours: { within: ofText({ body: 'x'.repeat(1_600) }), beyond: ofText({ body: 'x'.repeat(1_601) }), field: /^body$/ },
    theirs: {
      within: theirs({ Body: 'x'.repeat(1_600) }),
      beyond: theirs({ Body: 'x'.repeat(1_601) }),
      refused: /^21617$/,
    },
  },
  media: {
    ours: {
      within: ofText({ mediaUrls: several(10, url) }),
      beyond: ofText({ mediaUrls: several(11, url) }),
      field: /^mediaUrls$/,
    },
    theirs: {
      within: theirs({ MediaUrl: several(10, url) }),
      beyond: theirs({ MediaUrl: several(11, url) }),
      refused: /^21623$/,
    },
  },
  whatsappMedia: {
    ours: {
      within: () => [
        ...mediaProblems('whatsapp', [url(0)], [twilioMedia]),
        ...mediaProblems('mms', several(10, url), [twilioMedia]),
      ],
      beyond: () => mediaProblems('whatsapp', several(2, url), [twilioMedia]),
      field: /^mediaUrls$/,
    },
    theirs: null,
    why: 'Twilio leaves out all but the first',
  },
  pictureBytes: {
    ours: {
      within: look('mms', { type: 'image/gif', bytes: 5_000_000 }),
      beyond: look('mms', { type: 'image/gif', bytes: 5_000_001 }),
      field: /^mediaUrls\[0\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  otherBytes: {
    ours: {
      within: look('mms', { type: 'video/mp4', bytes: 500_000 }),
      beyond: look('mms', { type: 'video/mp4', bytes: 500_001 }),
      field: /^mediaUrls\[0\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  mmsBytes: {
    ours: {
      within: look('mms', { type: 'image/png', bytes: 3_000_000 }, { type: 'image/png', bytes: 2_000_000 }),
      beyond: look('mms', { type: 'image/png', bytes: 3_000_000 }, { type: 'image/png', bytes: 2_000_001 }),
      field: /^mediaUrls\[1\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  whatsappBytes: {
    ours: {
      within: look('whatsapp', { type: 'video/mp4', bytes: 16_000_000 }),
      beyond: look('whatsapp', { type: 'video/mp4', bytes: 16_000_001 }),
      field: /^mediaUrls\[0\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  whatsappPictureBytes: {
    ours: {
      within: look('whatsapp', { type: 'image/png', bytes: 5_000_000 }),
      beyond: look('whatsapp', { type: 'image/png', bytes: 5_000_001 }),
      field: /^mediaUrls\[0\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  whatsappTypes: {
    ours: {
      within: look('whatsapp', { type: 'audio/ogg', bytes: 9 }),
      beyond: look('whatsapp', { type: 'image/gif', bytes: 9 }),
      field: /^mediaUrls\[0\]$/,
    },
    theirs: null,
    why: 'the sandbox fetches nothing',
  },
  senderName: {
    ours: { within: ofText({ from: 'A&B - C_D+E' }), beyond: ofText({ from: 'A&B - C_D+EF' }), field: /^from$/ },
    theirs: { within: theirs({ From: 'A&B - C_D+E' }), beyond: theirs({ From: 'A&B - C_D+EF' }), refused: /^21212$/ },
  },
  messagingService: {
    ours: { within: from(`MG${hex(32)}`), beyond: from(`MG${hex(31)}`), field: /^from$/ },
    theirs: {
      within: theirs({ From: undefined, MessagingServiceSid: `MG${hex(32)}` }),
      beyond: theirs({ From: undefined, MessagingServiceSid: `MG${hex(31)}` }),
      refused: /^21701$/,
    },
  },
  contentSid: {
    ours: { within: template({}), beyond: template({}, `HX${hex(31)}`), field: /^contentTemplate\.name$/ },
    theirs: { within: content({}), beyond: theirs({ ContentSid: `HX${hex(31)}` }), refused: /^21655$/ },
  },
  variables: {
    ours: { within: template(named(100)), beyond: template(named(101)), field: /^contentTemplate\.variables$/ },
    theirs: { within: content(named(100)), beyond: content(named(101)), refused: /^21656$/ },
  },
  variableNames: {
    ours: {
      within: template({ ['x'.repeat(16)]: 'x' }),
      beyond: template({ ['x'.repeat(17)]: 'x' }),
      field: /^contentTemplate\.variables\.x+$/,
    },
    theirs: { within: content({ ['x'.repeat(16)]: 'x' }), beyond: content({ 'two words': 'x' }), refused: /^21656$/ },
  },
  variableValues: {
    ours: {
      within: template({ 1: 'x'.repeat(1_600) }),
      beyond: template({ 1: 'x'.repeat(1_601) }),
      field: /^contentTemplate\.variables\.1$/,
    },
    theirs: {
      within: content({ 1: 'x'.repeat(1_600) }),
      beyond: content({ 1: 'x'.repeat(1_601) }),
      refused: /^21658$/,
    },
  },
  validityPeriod: {
    ours: null,
    theirs: {
      within: theirs({ ValidityPeriod: '36000' }),
      beyond: theirs({ ValidityPeriod: '36001' }),
      refused: /^21624$/,
    },
  },
  statusCallback: { ours: null, theirs: { within: callback(4_000), beyond: callback(4_001), refused: /^21609$/ } },
  statusCallbackHost: {
    ours: null,
    theirs: {
      within: theirs({ StatusCallback: 'https://sms-1.acme.test/x' }),
      beyond: theirs({ StatusCallback: 'https://sms_1.acme.test/x' }),
      refused: /^21609$/,
    },
    why: 'apps/sms/src/sms.config.spec.ts tries PUBLIC_URL',
  },
};

describeLimits('Twilio', twilioLimits, trials, 'answers with Twilio’s code');

describe('what the platform asks of Twilio', () => {
  it('stays within the callback’s length and the validity, however long the ids and however short the time', () => {
    const reference = {
      messageId: ':'.repeat(200),
      tenant: 't'.repeat(64),
      lane: 'urgent',
      hop: 99,
      attempt: 99,
      callId: '0198f9b2-6d4e-7c3a-9d2e-1f6a5b4c3d2e',
      recipientCount: 1,
      traceparent: `00-${hex(32)}-${hex(16)}-01`,
    } as const;
    const publicUrl = `https://sms.acme.test/${'x'.repeat(978)}`;
    for (const left of [0, 1, 36_000, 99_999]) {
      const message: SmsMessage = {
        ...anSmsRequest(),
        kind: 'sms',
        from: '+15005550006',
        expiresAt: new Date(now + left * 1000).toISOString(),
      };
      const { statusCallback, validityPeriod } = toMessageCreate(message, reference, publicUrl, undefined, now);
      expect(statusCallback.length).toBeLessThanOrEqual(twilioLimits.statusCallback.most);
      expect(validityPeriod ?? 36_000).toBeGreaterThanOrEqual(1);
    }
  });

  it('is one file on WhatsApp: the sandbox leaves out the others, as Twilio does', () => {
    const checked = checkText({ ...form, ...whatsapp, MediaUrl: several(3, url) }, now);
    expect(checked.ok && checked.text.mediaUrls).toEqual([url(0)]);
  });
});
