import type { Channel } from '#libs/contracts';

/** What the commands know of a channel’s service, beside its providers (catalogue.ts). */
export interface ChannelService {
  /** Where it listens on this machine unless its `…_PORT` says otherwise. */
  port: number;
  /** Its `…_FROM` where the sandbox takes everything. */
  sender: string;
  /** The setting of the key to its unsubscribe links, where it makes some. */
  linkKey?: string;
}

export const channelServices: Readonly<Record<Channel, ChannelService>> = {
  email: { port: 8081, sender: 'Messaging <no-reply@messaging.test>', linkKey: 'UNSUBSCRIBE_KEY' },
  sms: { port: 8082, sender: '+15005550006' },
};

/** A setting of a channel’s service among those of all: `EMAIL_URL` is `URL` of e-mail. */
export const channelSetting = (channel: Channel, name: string): string => `${channel.toUpperCase()}_${name}`;
