import type { Channel } from '#libs/contracts';

/** What the commands know of a channel’s service, besides its providers (catalogue.ts). */
export interface ChannelService {
  /** Its port on this machine unless its `…_PORT` is set. */
  port: number;
  /** Its internal port, unless its `…_INTERNAL_PORT` is set. */
  internalPort: number;
  /** The value of its `…_FROM` where the sandbox accepts any. */
  sender: string;
  /** The setting of the key of its unsubscribe links, where it has any. */
  linkKey?: string;
}

export const channelServices: Readonly<Record<Channel, ChannelService>> = {
  email: {
    port: 8081,
    internalPort: 8091,
    sender: 'Messaging <no-reply@messaging.test>',
    linkKey: 'UNSUBSCRIBE_KEY',
  },
  sms: { port: 8082, internalPort: 8092, sender: '+15005550006' },
};

/** The name of a channel service's setting: `EMAIL_PUBLIC_URL` is `PUBLIC_URL` of e-mail. */
export const channelSetting = (channel: Channel, name: string): string => `${channel.toUpperCase()}_${name}`;
