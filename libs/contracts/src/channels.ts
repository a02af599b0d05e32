import type { z } from 'zod';
import type { SendDue } from './event/handover.ts';
import type { SuppressionReason } from './event/suppression.ts';
import { readAddress } from './recipient/email-address.ts';
import { readPhoneNumber } from './recipient/phone-number.ts';
import { recipientIdentity } from './recipient/recipient-identity.ts';
import type { EmailRequested } from './request/email-request.ts';
import { Channel } from './request/primitives.ts';
import type { SmsRequested } from './request/sms-request.ts';
import { type Topic, topics } from './topics.ts';

/** A request of any channel. */
export type ChannelRequest = EmailRequested | SmsRequested;

/** One file of a template, and the part of a message that it makes. */
export interface TemplatePart {
  readonly file: string;
  /** Whether every template of the channel must have this file. */
  readonly needed: boolean;
  /** The longest value that the channel's requests may hold, in characters. */
  readonly most: number;
}

/** What all services need to know of a channel. What only its own service needs is in `apps/<channel>`. */
export interface ChannelRow {
  /** The noun for its messages, for people. */
  readonly label: string;
  readonly plural: string;
  /** The topic of its requests; its schema is that of a request. */
  readonly requested: Topic<z.ZodType<ChannelRequest>>;
  /** The topic to which retry releases its messages. */
  readonly due: Topic<typeof SendDue>;
  /** Every recipient address of a request. */
  addressesOf(request: ChannelRequest): string[];
  /** A recipient's address, as people write it. */
  readonly address: string;
  /** Whether an identity (`recipientIdentity`) is an address of this channel. */
  isAddress(identity: string): boolean;
  /** The reason of the suppression when a provider refuses a recipient as opted out. */
  readonly optOut: SuppressionReason;
  /** The files of its templates, by the part of the message that they make. */
  readonly templateParts: Readonly<Record<string, TemplatePart>>;
}

/** All channels. The type `Channel` is derived from their names. */
export const channelRegistry: Readonly<Record<Channel, ChannelRow>> = {
  email: {
    label: 'e-mail',
    plural: 'e-mails',
    requested: topics.emailRequested,
    due: topics.emailDue,
    addressesOf: ({ to, cc = [], bcc = [] }: EmailRequested) => [...to, ...cc, ...bcc].map(({ email }) => email),
    address: 'an e-mail address',
    isAddress: (identity) => 'address' in readAddress(identity),
    optOut: 'unsubscribe',
    templateParts: {
      subject: { file: 'subject.hbs', needed: true, most: 998 },
      text: { file: 'text.hbs', needed: true, most: 1_000_000 },
      html: { file: 'html.mjml', needed: false, most: 1_000_000 },
    },
  },
  sms: {
    label: 'SMS',
    plural: 'texts',
    requested: topics.smsRequested,
    due: topics.smsDue,
    addressesOf: ({ to }: SmsRequested) => [to],
    address: 'a phone number with its country’s code (+1 202 555 0123)',
    isAddress: (identity) => readPhoneNumber(identity) !== undefined,
    optOut: 'stop',
    templateParts: { body: { file: 'sms.hbs', needed: true, most: 1_600 } },
  },
};

/** A value for each channel. */
export const perChannel = <T>(valueOf: (channel: Channel) => T): Record<Channel, T> =>
  Object.fromEntries(Channel.options.map((channel) => [channel, valueOf(channel)])) as Record<Channel, T>;

/** Whether a name, such as that of a service, is a channel’s. */
export const isChannel = (name: string): name is Channel => Object.hasOwn(channelRegistry, name);

/** The channel of a topic of requests. */
export const channelOf = ({ name }: Topic): Channel | undefined =>
  Channel.options.find((channel) => channelRegistry[channel].requested.name === name);

/** Whether a text is a recipient address of a channel, in any spelling that `recipientIdentity` understands. */
export const isRecipient = (text: string, channel: Channel): boolean =>
  channelRegistry[channel].isAddress(recipientIdentity(text));
