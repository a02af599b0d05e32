import type { LimitTable } from '#libs/providers';

const docs = 'https://www.twilio.com/docs';
const messages = `${docs}/messaging/api/message-resource`;
const code = (number: number) => `${docs}/api/errors/${number}`;
const whatsapp = `${docs}/whatsapp/guidance-whatsapp-media-messages`;
const variables = `${docs}/content/using-variables-with-content-api`;

/** Twilio's limits for one message. */
export const twilioLimits = {
  body: { field: 'Body', rule: 'at most 1,600 characters', most: 1_600, keeper: 'schema', source: messages, note: 'The platform counts UTF-16 units: an emoji is two of them. SMS_MAX_SEGMENTS usually allows less.' },
  media: { field: 'MediaUrl', rule: 'at most 10', most: 10, keeper: 'schema', source: code(21623) },
  whatsappMedia: { field: 'MediaUrl', rule: 'one on WhatsApp', most: 1, keeper: 'channel', source: 'https://support.twilio.com/hc/en-us/articles/360017961894', note: 'Twilio takes more, and leaves out all but the first without a word.' },
  pictureBytes: { field: 'MediaUrl', rule: 'at most 5 MB a jpeg, png or gif', most: 5_000_000, keeper: 'call', source: messages },
  otherBytes: { field: 'MediaUrl', rule: 'at most 500 kB a file of another type, by MMS', most: 500_000, keeper: 'call', source: messages },
  mmsBytes: { field: 'MediaUrl', rule: 'at most 5 MB an MMS, all files together', most: 5_000_000, keeper: 'call', source: `${docs}/messaging/guides/accepted-mime-types` },
  whatsappBytes: { field: 'MediaUrl', rule: 'at most 16 MB a message on WhatsApp', most: 16_000_000, keeper: 'call', source: whatsapp },
  whatsappPictureBytes: { field: 'MediaUrl', rule: 'at most 5 MB a picture on WhatsApp', most: 5_000_000, keeper: 'call', source: whatsapp },
  whatsappTypes: { field: 'MediaUrl', rule: 'on WhatsApp pictures as jpeg, png or webp, sound as ogg, amr, 3gpp, aac or mpeg, video as mp4', keeper: 'call', source: whatsapp, note: 'Of documents Twilio has the last word: their servers often name no exact type.' },
  senderName: { field: 'From', rule: 'a name of 1 to 11 letters, digits, blanks and & - _ +, with a letter', most: 11, keeper: 'schema', source: `${docs}/messaging/api/alphasender-resource` },
  messagingService: { field: 'MessagingServiceSid', rule: 'MG and 32 hex digits', keeper: 'channel', source: messages },
  contentSid: { field: 'ContentSid', rule: 'HX and 32 hex digits', keeper: 'channel', source: messages },
  variables: { field: 'ContentVariables', rule: 'at most 100', most: 100, keeper: 'channel', source: code(92002) },
  variableNames: { field: 'ContentVariables', rule: 'names of at most 16 characters without blanks', most: 16, keeper: 'channel', source: variables },
  variableValues: { field: 'ContentVariables', rule: 'at most 1,600 characters in a value', most: 1_600, keeper: 'channel', source: code(21658), note: 'An older page says 255. A field of a template may take less.' },
  validityPeriod: { field: 'ValidityPeriod', rule: '1 to 36,000 seconds', most: 36_000, keeper: 'own', source: messages },
  statusCallback: { field: 'StatusCallback', rule: 'at most 4,000 characters', most: 4_000, keeper: 'own', source: code(21609), note: 'PUBLIC_URL may have 1,000.' },
  statusCallbackHost: { field: 'StatusCallback', rule: 'no _ in the host name', keeper: 'own', source: code(21609), note: 'PUBLIC_URL is refused with one.' },
} satisfies LimitTable;
