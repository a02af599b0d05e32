import type { DocumentedEvent } from '#libs/testing';

const PERSON = '+12025550199';
const sid = `SM${'1'.repeat(32)}`;
const account = `AC${'a'.repeat(32)}`;
const common = {
  AccountSid: account,
  ApiVersion: '2010-04-01',
  From: '+15005550006',
  To: PERSON,
  MessagingServiceSid: `MG${'2'.repeat(32)}`,
};

const callback = (status: string, more: object = {}): Record<string, unknown> => ({
  MessageSid: sid,
  SmsSid: sid,
  MessageStatus: status,
  SmsStatus: status,
  ...common,
  RawDlrDoneDate: '2611231200',
  ...more,
});
const without = (event: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name))) as Record<string, unknown>;
const failed = {
  ErrorCode: '30003',
  ErrorMessage: 'Unreachable',
  ChannelPrefix: 'whatsapp',
  ChannelInstallSid: `XE${'3'.repeat(32)}`,
  ChannelStatusMessage: `no way to ${PERSON}`,
};
const needs = [['MessageStatus']];

const statuses: Readonly<Record<string, string>> = {
  accepted: 'sent',
  scheduled: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  partially_delivered: 'delivered',
  canceled: 'cancelled',
  read: 'read',
};

/** Every status callback that Twilio documents, with every field (Twilio’s docs, Outbound Message Status). */
export const twilioEvents: DocumentedEvent[] = [
  ...Object.entries(statuses).map(([status, ours]) => ({
    name: status,
    event: callback(status, status === 'read' ? { EventType: 'READ' } : {}),
    tells: { status: ours },
    needs,
  })),
  { name: 'undelivered', event: callback('undelivered', failed), tells: { status: 'bounced' }, needs },
  { name: 'failed', event: callback('failed', failed), tells: { status: 'failed' }, needs },
  {
    name: 'undelivered to a number that is none',
    event: callback('undelivered', { ...failed, ErrorCode: '30006' }),
    tells: { status: 'bounced' },
    needs,
    suppresses: [['MessageStatus'], ['ErrorCode'], ['To']],
  },
  {
    name: 'undelivered without MessageStatus and MessageSid',
    event: without(callback('undelivered', failed), 'MessageStatus', 'MessageSid'),
    tells: { status: 'bounced' },
    needs: [['SmsStatus']],
  },
  {
    name: 'undelivered without any sid',
    event: without(callback('undelivered', failed), 'SmsSid', 'MessageSid'),
    tells: { status: 'bounced' },
    needs,
  },
  { name: 'a status that is new', event: callback('teleported'), tells: { topic: 'unreadable' }, needs },
  {
    name: 'no status at all',
    event: without(callback('x'), 'MessageStatus', 'SmsStatus'),
    tells: { topic: 'unreadable' },
    needs: [],
  },
];

const places = Object.fromEntries(
  ['From', 'To'].flatMap((side) =>
    ['City', 'State', 'Zip', 'Country'].map((what) => [`${side}${what}`, 'somewhere'] as const),
  ),
);
const reply = (more: object = {}): Record<string, unknown> => ({
  MessageSid: sid,
  SmsSid: sid,
  SmsMessageSid: sid,
  ...common,
  From: PERSON,
  To: '+15005550006',
  Body: 'Hello',
  NumMedia: '0',
  NumSegments: '1',
  SmsStatus: 'received',
  ...places,
  ...more,
});
const replyNeeds = [['From'], ['To']];

/** Every reply that Twilio documents, with every field (Twilio’s docs, Webhook Request). */
export const twilioReplies: DocumentedEvent[] = [
  { name: 'a text', event: reply(), tells: { topic: 'inbound.received' }, needs: replyNeeds },
  {
    name: 'STOP',
    event: reply({ Body: 'STOP', OptOutType: 'STOP' }),
    tells: { topic: 'inbound.received' },
    needs: replyNeeds,
    suppresses: [...replyNeeds, ['Body', 'OptOutType']],
  },
  {
    name: 'START',
    event: reply({ Body: 'Start' }),
    tells: { topic: 'inbound.received' },
    needs: replyNeeds,
    suppresses: [...replyNeeds, ['Body']],
  },
  {
    name: 'a picture',
    event: reply({
      NumMedia: '2',
      MediaUrl0: 'https://api.twilio.com/a',
      MediaContentType0: 'image/png',
      MediaUrl1: 'https://api.twilio.com/b',
      MediaContentType1: 'image/png',
    }),
    tells: { topic: 'inbound.received' },
    needs: replyNeeds,
  },
  {
    name: 'a button on WhatsApp, in answer to a message',
    needs: replyNeeds,
    tells: { topic: 'inbound.received' },
    event: reply({
      From: `whatsapp:${PERSON}`,
      To: 'whatsapp:+14155238886',
      WaId: PERSON.slice(1),
      ProfileName: 'Ada',
      ButtonText: 'Yes',
      ButtonPayload: 'yes',
      OriginalRepliedMessageSid: `SM${'4'.repeat(32)}`,
      OriginalRepliedMessageSender: 'whatsapp:+14155238886',
    }),
  },
];
